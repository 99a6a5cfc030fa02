import { textOfChunk } from '../../documents/index.js';
import type { NewDocument } from '../store.js';
import { indexWords } from '../text/word-index.js';
import { chunkLine, type SegmentContent } from './write-segment.js';

/** A segment of new documents. */
export function contentOf(documents: readonly NewDocument[], dimensions: number): SegmentContent {
  const chunks = documents.flatMap((document) => document.chunks);
  return {
    documents: documents.map(({ id, hash, metadata, chunks: { length } }) => ({ id, hash, chunks: length, metadata })),
    chunkLines: () => chunks.map(chunkLine),
    vectors: () => documents.map(({ vectors }) => vectors),
    dimensions,
    words: indexWords(chunks.map(textOfChunk)),
  };
}
