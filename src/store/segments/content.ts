import { textOfChunk } from '../../documents/index.js';
import type { NewDocument } from '../store.js';
import { indexWords } from '../text/word-index.js';
import { checkedLine, chunkLine } from './document-line.js';
import type { SegmentContent } from './write-segment.js';

/** Makes the content of a segment from new documents. */
export function contentOf(documents: readonly NewDocument[], dimensions: number): SegmentContent {
  const lines = documents.map(({ chunks }) => chunks.map(chunkLine));
  return {
    documents: documents.map(({ id, hash, metadata, chunks: { length } }, i) =>
      checkedLine({ id, hash, chunks: length, metadata }, lines[i]),
    ),
    chunkLines: () => lines.flat(),
    vectors: () => documents.map(({ vectors }) => vectors),
    dimensions,
    words: indexWords(documents.flatMap(({ chunks }) => chunks.map(textOfChunk))),
  };
}
