import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Location, OctavecError, type TaskOptions, throwIfCancelled } from '../base/index.js';
import { type IndexManifest, type NewDocument, SegmentStore } from '../store/index.js';
import { HeldModel } from './held-model.js';
import type { IndexOptions } from './index-options.js';
import { embedDocuments, type IngestTools } from './ingest.js';
import { folderOf } from './open-store.js';

/** How an index is brought to another model. */
export interface MigrateOptions
  extends TaskOptions,
    Pick<IndexOptions, 'variant' | 'loadModel' | 'dimensions' | 'vectors'> {
  /** The model that the index is to have. */
  readonly model: NonNullable<IndexOptions['model']>;
}

/** Chunks that are embedded and stored together. */
const chunksAtOnce = 512;

/**
 * Embeds an index anew with another model. The chunks stay as they are. Searches go on with the old vectors until all new ones are
 * there; then the index changes in one step. A migration that was broken off goes on where it stopped.
 *
 * @returns documents that were embedded
 * @throws INDEX_NOT_FOUND, INDEX_DAMAGED, OUTPUT_BUSY, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED, and what loading and embedding throw
 * @example
 * ```ts
 * await migrateIndex('docs.index', { model: 'BAAI/bge-small-en-v1.5' });
 * ```
 */
export async function migrateIndex(location: Location, options: MigrateOptions): Promise<number> {
  const path = folderOf(location, 'search migrate', 'Index the documents with the other model under another name.');
  const { signal, onProgress, vectors, dimensions, ...modelOptions } = options;
  const model = new HeldModel(path, modelOptions, path);
  const store = await SegmentStore.open(path);
  const folder = join(path, 'migration');
  try {
    const manifest = await store.readManifest();
    if (manifest === undefined) {
      throw new OctavecError('INDEX_NOT_FOUND', { path });
    }
    await store.reserve();
    const wanted: IndexManifest = {
      ...manifest,
      model: await model.describe(dimensions),
      vectors: vectors ?? manifest.vectors,
    };
    const target = await openTarget(folder, wanted);
    const embedded = await model
      .embedding(wanted)
      .then((embedder) => embedInto(target, store, { embedder, manifest: wanted }, { signal, onProgress }))
      .finally(() => target.close());
    await store.adopt(folder);
    return embedded;
  } finally {
    await Promise.all([store.close(), model.close()]);
  }
}

/** Embeds the documents that the target does not have yet. Returns how many. */
async function embedInto(
  target: SegmentStore,
  store: SegmentStore,
  tools: Pick<IngestTools, 'embedder' | 'manifest'>,
  { signal, onProgress }: TaskOptions,
): Promise<number> {
  const { documents: total } = await store.facts();
  const done = await target.hashes();
  let pending: Omit<NewDocument, 'vectors'>[] = [];
  let waiting = 0;
  let embedded = 0;
  const flush = async () => {
    const all = { store: target, ...tools, onSkipped: () => undefined };
    const add = await embedDocuments(pending, all, signal);
    await target.apply({ remove: [], add });
    embedded += add.length;
    [pending, waiting] = [[], 0];
  };
  const seen = new Set<string>();
  for await (const document of store.documents()) {
    throwIfCancelled(signal, 'migrating the index');
    onProgress?.({ stage: 'Embedding anew', done: seen.size, total, unit: 'documents' });
    seen.add(document.id);
    if (done.get(document.id) === document.hash) {
      continue;
    }
    pending.push(document);
    waiting += document.chunks.length;
    if (waiting >= chunksAtOnce) {
      await flush();
    }
  }
  await flush();
  // What was taken out of the index since a migration was broken off must not come back by it.
  const gone = [...done.keys()].filter((id) => !seen.has(id));
  if (gone.length > 0) {
    await target.apply({ remove: gone, add: [] });
  }
  return embedded;
}

/** Opens what an earlier migration to the same model has left, or an empty store. */
async function openTarget(folder: string, wanted: IndexManifest): Promise<SegmentStore> {
  const begun = await SegmentStore.open(folder).catch((error: unknown) => {
    // A kill while its segments were moved into the index leaves a list of what is there no more.
    if (error instanceof OctavecError && error.code === 'INDEX_DAMAGED') {
      return undefined;
    }
    throw error;
  });
  if (begun !== undefined && JSON.stringify(await begun.readManifest()) === JSON.stringify(wanted)) {
    return begun;
  }
  await begun?.close();
  await rm(folder, { recursive: true, force: true });
  const store = await SegmentStore.open(folder);
  await store.writeManifest(wanted);
  return store;
}
