import type { TextRecord, TextSource } from '../texts/index.js';

/** The records of a source, counted as they are taken. */
export class CountedRecords implements AsyncIterableIterator<TextRecord> {
  readonly #source: TextSource;
  readonly #records: AsyncIterator<TextRecord>;
  #taken = 0;

  constructor(source: TextSource) {
    this.#source = source;
    this.#records = source.records[Symbol.asyncIterator]();
  }

  /**
   * Estimates how many records there will be, from the share of the source that has been read; infinitely many while
   * that is unknown.
   */
  get total(): number {
    const share = this.#source.share() ?? 0;
    return share === 0 ? Number.POSITIVE_INFINITY : Math.round(this.#taken / share);
  }

  async next(): Promise<IteratorResult<TextRecord>> {
    const result = await this.#records.next();
    this.#taken += result.done ? 0 : 1;
    return result;
  }

  async return(): Promise<IteratorResult<TextRecord>> {
    await this.#records.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
