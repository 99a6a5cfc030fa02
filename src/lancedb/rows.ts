import { type Chunk, type Metadata, textOfChunk } from '../documents/index.js';
import { type NewDocument, type StoredChunk, wordsOf } from '../store/index.js';
import { fieldText } from './field-text.js';
import type { Arrow } from './lance-api.js';

/** A row of the table: a chunk, or a document without chunks, whose place is 0. Each row knows all of its document. */
export interface Row {
  /** "docs/start.md#3" */
  readonly id: string;
  readonly document: string;
  /** Of the chunk in its document, from 1 on. */
  readonly place: number;
  readonly hash: string;
  /** JSON */
  readonly metadata: string;
  /** The metadata once more, as filters ask for them. */
  readonly fields: string;
  readonly text: string;
  /** JSON: headings, lines, page. */
  readonly source: string;
  /** The words that are searched, with spaces between them. */
  readonly words: string;
  readonly vector: Float32Array | null;
}

/** A row as LanceDB gives it back. */
export type StoredRow = Omit<Row, 'vector'> & { readonly vector: { toArray(): Float32Array } | null };

/** Returns the schema of the table. */
export function rowSchema({ Schema, Field, Utf8, Int32, FixedSizeList, Float32 }: Arrow, dimensions: number) {
  const texts = ['id', 'document', 'hash', 'metadata', 'fields', 'text', 'source', 'words'];
  return new Schema([
    ...texts.map((name) => new Field(name, new Utf8(), false)),
    new Field('place', new Int32(), false),
    new Field('vector', new FixedSizeList(dimensions, new Field('item', new Float32(), true)), true),
  ]);
}

/** Turns a document into rows of the table. */
export function rowsOf({ id: document, hash, metadata, chunks, vectors: { data, columns } }: NewDocument): Row[] {
  const common = { document, hash, metadata: JSON.stringify(metadata), fields: fieldText(metadata) };
  if (chunks.length === 0) {
    return [{ ...common, id: `${document}#0`, place: 0, text: '', source: '{}', words: '', vector: null }];
  }
  return chunks.map((chunk, i) => {
    const { text, headings, lines, page } = chunk;
    return {
      ...{ ...common, id: `${document}#${i + 1}`, place: i + 1, text },
      source: JSON.stringify({ headings, lines, page }),
      words: wordsOf(textOfChunk(chunk)).join(' '),
      vector: data.slice(i * columns, (i + 1) * columns),
    };
  });
}

export const chunkColumns = ['id', 'document', 'place', 'metadata', 'text', 'source'];

/** Turns a row into a chunk. */
export function storedChunk({ id, document, metadata, text, source }: Omit<Row, 'vector' | 'fields'>): StoredChunk {
  const known: Metadata = JSON.parse(metadata);
  const place: Omit<Chunk, 'text'> = JSON.parse(source);
  return { id, document, metadata: known, text, ...place };
}
