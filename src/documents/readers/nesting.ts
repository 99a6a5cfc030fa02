/** Browsers stop at 512. */
const deepest = 10_000;

/**
 * Counts the elements that are open. The parser's stack costs more with each level, so that a page of a megabyte that opens
 * elements alone would take minutes.
 */
export class Nesting {
  #depth = 0;

  /** @throws Error for what no real document is */
  open(): void {
    this.#depth++;
    if (this.#depth > deepest) {
      throw new Error('it is nested too deep');
    }
  }

  close(): void {
    this.#depth--;
  }
}
