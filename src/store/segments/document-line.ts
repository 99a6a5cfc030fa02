import { createHash } from 'node:crypto';
import type { Chunk, Metadata } from '../../documents/index.js';

/** A document as its line says. */
export interface DocumentLine {
  readonly id: string;
  /** Of its content, as it came. */
  readonly hash: string;
  /** How many chunks it has. */
  readonly chunks: number;
  readonly metadata: Metadata;
  /** Of this line and the lines of its chunks: what is whole in a damaged file is known by it. */
  readonly check: string;
}

/** Returns the line of a chunk, with its line break. */
export function chunkLine({ text, headings, lines, page }: Chunk): Buffer {
  return Buffer.from(`${JSON.stringify({ text, headings, lines, page })}\n`);
}

/** Adds to the line of a document the checksum that it must have. */
export function checkedLine(document: Omit<DocumentLine, 'check'>, chunkLines: readonly Buffer[]): DocumentLine {
  const { id, hash, chunks, metadata } = document;
  const sum = createHash('sha256').update(JSON.stringify([id, hash, chunks, metadata]));
  for (const line of chunkLines) {
    sum.update(line);
  }
  return { id, hash, chunks, metadata, check: sum.digest('hex').slice(0, 16) };
}
