/** A value that filters can ask for. */
export type MetadataValue = string | number | boolean | readonly string[];

/** What is known of a document besides its text: "lang" → "en". */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/**
 * What a block is: `prose` is cut at sentences, `code` and `table` at lines, `heading` begins a section and is never cut
 * from what stands below it.
 */
export type BlockKind = 'heading' | 'prose' | 'code' | 'table';

/** A piece of a document that its form sets apart: a paragraph, a heading, a fence of code. */
export interface Block {
  readonly kind: BlockKind;
  readonly text: string;
  /** Of headings: 1 is the outermost. */
  readonly level?: number;
  /** First and last line in the file, from 1 on. */
  readonly lines?: readonly [number, number];
  /** Page, from 1 on. */
  readonly page?: number;
}

/** A document as its reader understands it. */
export interface ParsedDocument {
  readonly blocks: readonly Block[];
  /** What the file says of itself: front matter, fields of a row. */
  readonly metadata: Metadata;
}

/** Where a chunk stands in its document. */
export interface Place {
  /** Headings above it, the outermost first. */
  readonly headings?: readonly string[];
  /** First and last line in the file, from 1 on. */
  readonly lines?: readonly [number, number];
  /** First page, from 1 on. */
  readonly page?: number;
}

/** A piece of a document that is found and shown on its own. */
export interface Chunk extends Place {
  /** Text of the chunk. */
  readonly text: string;
}

/** Returns the text that is embedded and searched: the headings above a chunk say what it is about. */
export function textOfChunk({ headings = [], text }: Chunk): string {
  return headings.length === 0 ? text : `${headings.join(' › ')}\n${text}`;
}
