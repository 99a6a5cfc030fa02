import { OctavecError, version } from '../base/index.js';
import type { IndexManifest, Store, VectorKind } from '../store/index.js';
import type { HeldModel } from './held-model.js';
import type { IndexOptions } from './index-options.js';

/** How documents are cut where nobody says: enough for a thought, little enough for it to stand out. */
const usualChunking = { tokens: 256, overlap: 0 } as const;

/** Makes the manifest of a new index. */
export async function newManifest(
  model: HeldModel,
  { kinds }: Pick<Store, 'kinds'>,
  options: IndexOptions,
): Promise<IndexManifest> {
  const [usual] = Object.keys(kinds) as VectorKind[];
  return {
    format: 1,
    tool: `octavec ${version}`,
    model: await model.describe(options.dimensions),
    chunking: options.chunking === 'none' ? 'none' : { ...usualChunking, ...options.chunking },
    vectors: options.vectors ?? usual,
    sources: [],
  };
}

/**
 * Checks a kind of vectors against those of the store.
 *
 * @throws USAGE for a kind of vectors that the store does not keep
 */
export function checkKind({ kinds }: Pick<Store, 'kinds'>, kind: VectorKind | undefined): void {
  if (kind !== undefined && !Object.hasOwn(kinds, kind)) {
    throw new OctavecError('USAGE', {
      problem: `The option vectors is ${kind}, and this store keeps ${Object.keys(kinds).join(', ')}`,
    });
  }
}

/**
 * Checks that options that say how an index is made agree with how it was made.
 *
 * @throws INDEX_OTHER_SETTINGS
 */
export function checkSettings(path: string, manifest: IndexManifest, options: IndexOptions): void {
  const { chunking, vectors, dimensions } = options;
  const refuse = (what: string, made: unknown, asked: unknown) => {
    throw new OctavecError('INDEX_OTHER_SETTINGS', { path, why: `${what} is ${made}, and ${asked} is asked for` });
  };
  if (vectors !== undefined && vectors !== manifest.vectors) {
    refuse('the kind of its vectors', manifest.vectors, vectors);
  }
  if (dimensions !== undefined && dimensions !== manifest.model.dimensions) {
    refuse('the length of its vectors', manifest.model.dimensions, dimensions);
  }
  if (chunking !== undefined) {
    const asked = chunking === 'none' ? 'none' : describe({ ...usualChunking, ...chunking });
    const made = manifest.chunking === 'none' ? 'none' : describe(manifest.chunking);
    if (asked !== made) {
      refuse('its chunking', made, asked);
    }
  }
}

function describe({ tokens, overlap }: { readonly tokens: number; readonly overlap: number }): string {
  return `${tokens} tokens with ${overlap} of overlap`;
}
