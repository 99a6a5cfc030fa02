/** How documents are cut. */
export interface Chunking {
  /** Most tokens of a chunk, the headings above it included. */
  readonly tokens: number;
  /** Tokens at a chunk's end that begin the next one of the same section, too: whole sentences or lines, as many as fit. */
  readonly overlap: number;
}
