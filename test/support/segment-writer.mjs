/**
 * Changes a store without end, for tests that kill it: `node segment-writer.mjs FOLDER SEED`. Prints each change before it is made, and
 * "stored" once it is. Some changes are large, and many are small, so that segments are merged all the time.
 */
import { randomNumbers } from '#rooms/numbers';
import { SegmentStore } from '#rooms/store';

const [folder, seed] = process.argv.slice(2);
const dimensions = 8;
const next = randomNumbers(Number(seed));
const below = (count) => Math.floor(next() * count);

const store = await SegmentStore.open(folder);
if ((await store.readManifest()) === undefined) {
  const model = { name: 'test', dimensions, documentPrompt: '', queryPrompt: '', probes: [] };
  await store.writeManifest({ format: 1, tool: 'test', model, chunking: 'none', vectors: 'int8', sources: [] });
}

function documentOf(id) {
  const version = below(1e9);
  const chunks = Array.from({ length: 1 + below(3) }, (_, i) => ({
    text: `${id} ${version} ${i} ${'word '.repeat(below(200))}`,
  }));
  const data = Float32Array.from({ length: chunks.length * dimensions }, () => next() / Math.sqrt(dimensions));
  return {
    id,
    hash: String(version),
    metadata: { version },
    chunks,
    vectors: { data, rows: chunks.length, columns: dimensions },
  };
}

for (;;) {
  const ids = new Set(Array.from({ length: below(8) === 0 ? 100 : 1 + below(4) }, () => `d${below(300)}`));
  const add = [...ids].map(documentOf);
  const remove = Array.from({ length: below(4) }, () => `d${below(300)}`).filter((id) => !ids.has(id));
  const change = { add: add.map(({ id, hash, chunks }) => [id, hash, chunks.length]), remove };
  process.stdout.write(`${JSON.stringify(change)}\n`);
  await store.apply({ remove, add });
  process.stdout.write('stored\n');
}
