/** Items that are embedded together. */
export interface WindowLimits {
  readonly items: number;
  readonly characters: number;
  /**
   * A window that is not full is given out when its first item has waited as long as this for the next one; never, if
   * this is left out.
   */
  readonly patienceMs?: number;
}

/**
 * Cuts a stream into windows, in order. Reads no further ahead than the window it fills. What the source throws passes
 * through, after the items before it have been given out.
 */
export async function* windowsOf<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  sizeOf: (item: Item) => number,
  limits: WindowLimits,
): AsyncGenerator<Item[], void, undefined> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let next: Promise<IteratorResult<Item>> | undefined;
  try {
    for (let ended = false; !ended; ) {
      const window: Item[] = [];
      let characters = 0;
      const deadline = new Deadline(limits.patienceMs);
      while (window.length < limits.items && characters < limits.characters) {
        next ??= Promise.resolve(iterator.next());
        const result = window.length === 0 ? await next : await deadline.unless(next);
        if (result === undefined) {
          break;
        }
        next = undefined;
        if (result.done === true) {
          ended = true;
          break;
        }
        window.push(result.value);
        characters += sizeOf(result.value);
      }
      deadline.clear();
      if (window.length > 0) {
        yield window;
      }
    }
  } finally {
    await iterator.return?.();
  }
}

/** Runs out some time after it was first asked. */
class Deadline {
  readonly #ms: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #expired: Promise<undefined> | undefined;

  constructor(ms: number | undefined) {
    this.#ms = ms;
  }

  /** What the promise gives, or undefined if that comes too late. */
  async unless<T>(promise: Promise<T>): Promise<T | undefined> {
    if (this.#ms === undefined) {
      return promise;
    }
    this.#expired ??= new Promise((resolve) => {
      this.#timer = setTimeout(resolve, this.#ms, undefined);
    });
    return Promise.race([promise, this.#expired]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
