import { OctavecError } from '../base/index.js';
import type { Index, StoredChunk } from '../search/index.js';
import { passageOf } from './passage.js';
import { metadataFor, placeOf, shortened } from './result-parts.js';
import type { FetchInput, FetchOutput } from './schemas.js';
import { titleOf, urlOf } from './source.js';

/** So much of a document comes at once; `next` leads on. */
const mostCharacters = 40_000;

/**
 * Answers the tool `fetch`: a passage with its neighbours, or a document from its beginning. It reads the index alone,
 * never a file that a document came from.
 *
 * @throws DOCUMENT_NOT_FOUND, and as {@link Index.document}
 */
export async function fetchTool(
  index: Pick<Index, 'document' | 'manifest' | 'path'>,
  { id, neighbours }: FetchInput,
): Promise<FetchOutput> {
  const { chunks, asked } = await lookUp(index, id);
  const reach = asked === undefined ? { before: 0, after: chunks.length } : { before: neighbours, after: neighbours };
  const [first, end] = around(chunks, asked ?? 0, reach);
  const manifest = await index.manifest();
  const overlaps = manifest !== undefined && manifest.chunking !== 'none' && manifest.chunking.overlap > 0;
  const named = chunks[asked ?? 0];
  const taken = chunks.slice(first, end);
  return {
    id,
    title: titleOf(named),
    text: shortened(passageOf(taken, overlaps), mostCharacters),
    url: urlOf(named, manifest?.sources ?? []),
    document: named.document,
    ...placeOf({
      headings: asked === undefined ? undefined : named.headings,
      page: taken[0].page,
      lines: linesOf(taken),
    }),
    ...(first > 0 && { previous: chunks[first - 1].id }),
    ...(end < chunks.length && { next: chunks[end].id }),
    metadata: metadataFor(named.metadata),
  };
}

/** Returns the chunks of the document that has an id, or that holds the passage of that id. */
async function lookUp(
  index: Pick<Index, 'document' | 'path'>,
  id: string,
): Promise<{ readonly chunks: readonly StoredChunk[]; readonly asked?: number }> {
  const [, document] = /^(.+)#\d+$/s.exec(id) ?? [];
  if (document !== undefined) {
    const chunks = await index.document(document);
    const asked = chunks.findIndex((chunk) => chunk.id === id);
    if (asked >= 0) {
      return { chunks, asked };
    }
  }
  const chunks = await index.document(id);
  if (chunks.length === 0) {
    throw new OctavecError('DOCUMENT_NOT_FOUND', { path: index.path, id });
  }
  return { chunks };
}

/**
 * Returns the chunks around one, the nearer ones first, as many as there is room for.
 *
 * @returns the first of them and the one behind the last
 */
function around(
  chunks: readonly StoredChunk[],
  middle: number,
  reach: { readonly before: number; readonly after: number },
): readonly [number, number] {
  const least = Math.max(0, middle - reach.before);
  const most = Math.min(chunks.length, middle + reach.after + 1);
  let [first, end] = [middle, middle + 1];
  let room = mostCharacters - chunks[middle].text.length;
  const fits = (i: number) => i >= least && i < most && chunks[i].text.length <= room;
  for (;;) {
    if (fits(end)) {
      room -= chunks[end++].text.length;
    } else if (!fits(first - 1)) {
      return [first, end];
    }
    if (fits(first - 1)) {
      room -= chunks[--first].text.length;
    }
  }
}

function linesOf(chunks: readonly StoredChunk[]): readonly [number, number] | undefined {
  const [first, last] = [chunks[0].lines, chunks[chunks.length - 1].lines];
  return first && last && [first[0], last[1]];
}
