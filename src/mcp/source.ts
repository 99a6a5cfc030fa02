import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IndexManifest, StoredChunk } from '../search/index.js';

/** The part of a chunk that says which document it is of. */
type OfDocument = Pick<StoredChunk, 'document' | 'metadata'>;

/** Returns the name of a document: its own title, else its id. */
export function titleOf({ document, metadata }: OfDocument): string {
  return typeof metadata.title === 'string' && metadata.title.trim() !== '' ? metadata.title : document;
}

/**
 * Returns the address of a document: the one in its metadata (`url`), or that of the file it was read from. A document
 * that a program added can be seen in the index only.
 */
export function urlOf({ document, metadata }: OfDocument, sources: IndexManifest['sources']): string {
  if (typeof metadata.url === 'string' && URL.canParse(metadata.url)) {
    return metadata.url;
  }
  const source = sources.find(
    ({ name }) => document === name || (/^[/#]/.test(document.slice(name.length)) && document.startsWith(name)),
  );
  if (source === undefined) {
    return `octavec:${encodeURIComponent(document)}`;
  }
  // A row stands behind the name of its file: "corpus.jsonl#12".
  const [path, row] = document.slice(source.name.length).split(/#(.*)/s, 2);
  const url = pathToFileURL(join(source.path, path));
  url.hash = row ?? '';
  return url.href;
}
