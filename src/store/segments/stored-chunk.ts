import type { Hit, StoredChunk } from '../store.js';
import type { FoundChunk } from './find-chunks.js';

/** Chunks that were found, as others know them. */
export function hits(found: readonly FoundChunk[]): Hit[] {
  return found.map(({ segment, chunk, score }) => ({ ref: `${segment.name}/${chunk}`, score }));
}

/** Returns a chunk together with its document's id and metadata. */
export async function storedChunk({ segment, chunk }: Pick<FoundChunk, 'segment' | 'chunk'>): Promise<StoredChunk> {
  const number = segment.documentOf(chunk);
  const { id, metadata } = segment.document(number);
  const found = await segment.chunk(chunk);
  return { ...found, id: `${id}#${chunk - segment.firstChunk(number) + 1}`, document: id, metadata };
}
