/** What a source gives when it is asked for an item. */
export type Read<Item> = { readonly item: Item } | { readonly done: true } | { readonly error: unknown };

/** Reads a source item by item. An item that was waited for in vain is not lost: it comes when it is asked for again. */
export class ItemReader<Item> {
  readonly #iterator: Iterator<Item> | AsyncIterator<Item>;
  #next: Promise<Read<Item>> | undefined;
  #isWaiting = false;

  constructor(source: AsyncIterable<Item> | Iterable<Item>) {
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** Returns the next item, the same until it is taken. Never rejects. */
  next(): Promise<Read<Item>> {
    this.#next ??= this.#read();
    return this.#next;
  }

  take(): void {
    this.#next = undefined;
  }

  /**
   * Closes the source. Where an item is still waited for nobody waits for that as well: a generator closes only when
   * it has given what it was asked for, which may be never.
   */
  async close(): Promise<void> {
    const closed = Promise.resolve(this.#iterator.return?.());
    if (this.#isWaiting) {
      closed.catch(() => undefined);
    } else {
      await closed;
    }
  }

  async #read(): Promise<Read<Item>> {
    this.#isWaiting = true;
    try {
      const { done, value } = await this.#iterator.next();
      return done === true ? { done } : { item: value };
    } catch (error) {
      return { error };
    } finally {
      this.#isWaiting = false;
    }
  }
}
