import { throwIfCancelled } from '../base/index.js';
import { ItemReader } from './item-reader.js';

/** Items that are embedded together. */
export interface WindowLimits {
  readonly items: number;
  readonly characters: number;
  /**
   * A window that is not full is given out when its first item has waited as long as this for the next one, and when
   * the source fails. If this is left out, windows depend on the items alone: only the end of the source gives one out
   * that is not full.
   */
  readonly patienceMs?: number;
}

/**
 * Cuts a stream into windows, in order. Reads no further ahead than the window it fills. What the source throws passes
 * through, behind the windows before it.
 *
 * @throws CANCELLED, even while the source has nothing to give
 */
export async function* windowsOf<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  sizeOf: (item: Item) => number,
  limits: WindowLimits,
  signal?: AbortSignal,
): AsyncGenerator<Item[], void, undefined> {
  const reader = new ItemReader(source);
  try {
    for (;;) {
      const { items, end } = await readWindow(reader, sizeOf, limits, signal);
      const isWhole = end === undefined || !('error' in end) || limits.patienceMs !== undefined;
      if (items.length > 0 && isWhole) {
        yield items;
      }
      if (end !== undefined && 'error' in end) {
        throw end.error;
      }
      if (end !== undefined) {
        return;
      }
    }
  } finally {
    await reader.close();
  }
}

interface Window<Item> {
  readonly items: Item[];
  /** Why nothing comes behind it. */
  readonly end?: { readonly done: true } | { readonly error: unknown };
}

async function readWindow<Item>(
  reader: ItemReader<Item>,
  sizeOf: (item: Item) => number,
  limits: WindowLimits,
  signal: AbortSignal | undefined,
): Promise<Window<Item>> {
  const items: Item[] = [];
  let characters = 0;
  const patience = new Patience(limits.patienceMs, signal);
  try {
    while (items.length < limits.items && characters < limits.characters) {
      const read = await patience.await(reader.next(), items.length > 0);
      if (read === undefined) {
        break;
      }
      if (!('item' in read)) {
        return { items, end: read };
      }
      reader.take();
      items.push(read.item);
      characters += sizeOf(read.item);
    }
    return { items };
  } finally {
    patience.clear();
  }
}

/** How long a window waits for its items. */
class Patience {
  readonly #ms: number | undefined;
  readonly #signal: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #expired: Promise<undefined> | undefined;
  #onAbort: (() => void) | undefined;
  /** One for all items: listening anew for each would take longer than reading it. */
  readonly #aborted: Promise<undefined>;

  constructor(ms: number | undefined, signal: AbortSignal | undefined) {
    this.#ms = ms;
    this.#signal = signal;
    this.#aborted = new Promise((resolve) => {
      this.#onAbort = () => resolve(undefined);
      signal?.addEventListener('abort', this.#onAbort);
    });
  }

  /**
   * Waits for a promise, but gives undefined if it comes too late. The time runs from the first call that may be late.
   *
   * @throws CANCELLED
   */
  async await<T>(promise: Promise<T>, mayBeLate: boolean): Promise<T | undefined> {
    throwIfCancelled(this.#signal, 'embedding');
    if (mayBeLate && this.#ms !== undefined) {
      this.#expired ??= new Promise((resolve) => {
        this.#timer = setTimeout(resolve, this.#ms, undefined);
      });
    }
    const ends = mayBeLate && this.#expired !== undefined ? [this.#aborted, this.#expired] : [this.#aborted];
    const result = await Promise.race([promise, ...ends]);
    throwIfCancelled(this.#signal, 'embedding');
    return result;
  }

  clear(): void {
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) {
      this.#signal?.removeEventListener('abort', this.#onAbort);
    }
  }
}
