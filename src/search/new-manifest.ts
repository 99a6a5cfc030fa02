import { keysOf, OctavecError, version } from '../base/index.js';
import type { IndexManifest, Store, VectorKind } from '../store/index.js';
import type { HeldModel } from './held-model.js';
import { type IndexOptions, wholeChunking } from './index-options.js';

/** Makes the manifest of a new index. */
export async function newManifest(
  model: HeldModel,
  { kinds }: Pick<Store, 'kinds'>,
  options: IndexOptions,
): Promise<IndexManifest> {
  const [usual] = keysOf(kinds);
  return {
    format: 1,
    tool: `octavec ${version}`,
    model: await model.describe(options.dimensions),
    chunking: wholeChunking(options.chunking),
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
    const [asked, made] = [wholeChunking(chunking), manifest.chunking].map(describe);
    if (asked !== made) {
      refuse('its chunking', made, asked);
    }
  }
}

function describe(chunking: IndexManifest['chunking']): string {
  return chunking === 'none' ? 'none' : `${chunking.tokens} tokens with ${chunking.overlap} of overlap`;
}
