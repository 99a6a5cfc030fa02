import { type TaskOptions, throwIfCancelled } from '../../base/index.js';
import type { Embedder } from '../../embed/index.js';
import { type IndexManifest, type NewDocument, SegmentStore, type Store } from '../../store/index.js';
import { embedDocuments } from '../ingest.js';

const chunksAtOnce = 4096;
const embeddedAtOnce = 512;

/**
 * Copies the chunks with vectors of another kind. Each chunk is a document by itself, which keeps its name in
 * `document`.
 *
 * @param folder an empty one
 */
export async function copyAs(
  source: Store,
  folder: string,
  manifest: IndexManifest,
  { signal, onProgress }: TaskOptions,
): Promise<SegmentStore> {
  const target = await newStore(folder, manifest);
  const { chunks: total } = await source.facts();
  // The order does not matter: from nowhere all are equally far.
  const vector = new Float32Array(manifest.model.dimensions);
  const refs = (await source.nearest({ vector, top: Math.max(1, total), rescore: 'exact' })).map(({ ref }) => ref);
  for (let start = 0; start < refs.length; start += chunksAtOnce) {
    throwIfCancelled(signal, 'evaluating the index');
    const stage = `Copying as ${manifest.vectors}`;
    onProgress?.({ stage, done: start, total: refs.length, unit: 'passages' });
    const some = refs.slice(start, start + chunksAtOnce);
    const [chunks, { data, columns }] = await Promise.all([source.chunks(some), source.vectors(some)]);
    const add = chunks.flatMap((found, i): NewDocument[] => {
      if (found === undefined) {
        return [];
      }
      const { id, document, metadata: _, ...chunk } = found;
      const vectors = { data: data.subarray(i * columns, (i + 1) * columns), rows: 1, columns };
      return [{ id, hash: '', metadata: { document }, chunks: [chunk], vectors }];
    });
    await target.apply({ remove: [], add });
  }
  return target;
}

/**
 * Embeds the same documents again.
 *
 * @param folder an empty one
 */
export async function embedAgain(
  source: SegmentStore,
  folder: string,
  manifest: IndexManifest,
  embedder: Embedder,
  { signal, onProgress }: TaskOptions,
): Promise<SegmentStore> {
  const target = await newStore(folder, manifest);
  const { documents: total } = await source.facts();
  const tools = { store: target, embedder, manifest, onSkipped: () => undefined };
  let pending: Omit<NewDocument, 'vectors'>[] = [];
  let [seen, waiting] = [0, 0];
  const flush = async () => {
    await target.apply({ remove: [], add: await embedDocuments(pending, tools, signal) });
    pending = [];
    waiting = 0;
  };
  for await (const document of source.documents()) {
    throwIfCancelled(signal, 'evaluating the index');
    onProgress?.({ stage: 'Embedding anew', done: seen++, total, unit: 'documents' });
    pending.push({ ...document, metadata: { document: document.id } });
    waiting += document.chunks.length;
    if (waiting >= embeddedAtOnce) {
      await flush();
    }
  }
  await flush();
  return target;
}

async function newStore(folder: string, manifest: IndexManifest): Promise<SegmentStore> {
  const store = await SegmentStore.open(folder);
  await store.writeManifest(manifest);
  return store;
}
