/**
 * The default store beside LanceDB at the same recall, asked in turn: `node bench/vector-scan-interleaved.mjs [vectors] [--recall 0.99] [--keep
 * folder]`. Vectors of 384 dimensions lie around 4,096 centres, as those of texts lie around subjects. Ways that are not exact are rescored as
 * often as the recall takes, which is found with 50 questions; 100 others are then asked, each of all in turn. Prints for each what it found of
 * the exact ten, p50 and p99, processor time, size on disk, and how long it took to make. LanceDB 0.31 must be installed (docs/search.md). With
 * `--keep` what was made stays in the folder, and is used if it is there.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuBudget, cpuFeatures, readHostFacts } from '../dist/host/index.js';
import { ascending, quantile, randomNumbers } from '../dist/numbers/index.js';
import { SegmentStore } from '../dist/store/index.js';

// Names in variables: the packages are not installed with this project.
const [lanceName, arrowName] = ['@lancedb/lancedb', 'apache-arrow'];
process.env.LANCEDB_LOG ??= 'error';
const { connect, makeArrowTable, Index } = await import(lanceName);
const { Schema, Field, Int32, FixedSizeList, Float32 } = await import(arrowName);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { recall: { type: 'string', default: '0.99' }, keep: { type: 'string' } },
});
const rows = Number(positionals[0] ?? 1_000_000);
const wanted = Number(values.recall);
const columns = 384;
const rowsAtOnce = 100_000;
const [trials, questions] = [50, 100];
const rescores = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'octavec-beside-')));

const host = await readHostFacts();
console.log(
  `${rows} vectors × ${columns}, ${host.cpuModel}, ${cpuFeatures(host.cpuFlags, host.platform).names.join(' ')}, ${cpuBudget(host).threads} threads`,
);

/** Unit vectors around centres; the same for the same seed. */
function vectorsOf(count, seed) {
  const random = randomNumbers(seed);
  const data = new Float32Array(count * columns);
  for (let row = 0; row < count; row++) {
    const centre = Math.floor(random() * centres.length) * columns;
    let squares = 0;
    for (let i = 0; i < columns; i++) {
      const value = centres.data[centre + i] + 0.6 * (random() + random() - 1);
      data[row * columns + i] = value;
      squares += value * value;
    }
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      data[i] /= Math.sqrt(squares);
    }
  }
  return data;
}

const centres = {
  length: 4096,
  data: Float32Array.from({ length: 4096 * columns }, randomNumbers(7)).map((x) => x - 0.5),
};

async function* slices() {
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - first);
    yield { first, count, data: vectorsOf(count, 1000 + first) };
  }
}

async function bytesOf(path) {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((entry) => stat(join(entry.parentPath, entry.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

/** Makes something unless it was kept; returns the seconds that took. */
async function made(path, make) {
  if (existsSync(path)) {
    return undefined;
  }
  const start = performance.now();
  await make();
  return (performance.now() - start) / 1000;
}

async function segmentStore(kind) {
  const path = join(folder, kind);
  const seconds = await made(path, async () => {
    const store = await SegmentStore.open(path);
    const model = { name: 'random', dimensions: columns, documentPrompt: '', queryPrompt: '', probes: [] };
    await store.writeManifest({ format: 1, tool: 'bench', model, chunking: 'none', vectors: kind, sources: [] });
    for await (const { first, count, data } of slices()) {
      const chunks = Array.from({ length: count }, (_, i) => ({ text: `${first + i}` }));
      await store.apply({
        remove: [],
        add: [{ id: `d${first}`, hash: '', metadata: {}, chunks, vectors: { data, rows: count, columns } }],
      });
    }
    await store.close();
  });
  const store = await SegmentStore.open(path);
  const ask = async (vector, rescore) => {
    const hits = await store.nearest({ vector, top: 10, rescore });
    return (await store.chunks(hits.map(({ ref }) => ref))).map((chunk) => Number(chunk.text));
  };
  return { path, seconds, ask, close: () => store.close() };
}

async function lanceTable(name, config) {
  const path = join(folder, name);
  const seconds = await made(path, async () => {
    const connection = await connect(path);
    const vector = new FixedSizeList(columns, new Field('item', new Float32(), true));
    const schema = new Schema([new Field('id', new Int32(), false), new Field('vector', vector, true)]);
    const table = await connection.createEmptyTable('vectors', schema);
    for await (const { first, count, data } of slices()) {
      const slice = Array.from({ length: count }, (_, i) => ({
        id: first + i,
        vector: data.subarray(i * columns, (i + 1) * columns),
      }));
      await table.add(makeArrowTable(slice, { schema }));
    }
    if (config !== undefined) {
      await table.createIndex('vector', { config });
    }
    table.close();
    connection.close();
  });
  const connection = await connect(path);
  const table = await connection.openTable('vectors');
  const ask = async (vector, rescore) => {
    const nearest = table.query().nearestTo(vector).distanceType('cosine').column('vector').limit(10);
    const query = rescore === 'exact' ? nearest.bypassVectorIndex() : nearest.refineFactor(rescore);
    return (await query.select(['id', '_distance']).toArray()).map(({ id }) => id);
  };
  const close = async () => {
    table.close();
    connection.close();
  };
  return { path, seconds, ask, close };
}

/** @type {any[]} */
const subjects = [
  { name: 'int8, exact', ...(await segmentStore('int8')), rescore: 'exact' },
  { name: 'binary', ...(await segmentStore('binary')) },
  { name: 'LanceDB, float32', ...(await lanceTable('lance', undefined)), rescore: 'exact' },
  { name: 'LanceDB, HNSW of int8', ...(await lanceTable('lance-hnsw', Index.hnswSq({ distanceType: 'cosine' }))) },
  { name: 'LanceDB, RaBitQ', ...(await lanceTable('lance-rq', Index.ivfRq({ distanceType: 'cosine' }))) },
];
const asked = vectorsOf(trials + questions, 1);
const question = (i) => asked.subarray(i * columns, (i + 1) * columns);
const exact = [];
for (let i = 0; i < trials + questions; i++) {
  // What int8 finds exactly is what float32 finds.
  exact.push(new Set(await subjects[0].ask(question(i), 'exact')));
}
const share = (found, i) => found.filter((id) => exact[i].has(id)).length / 10;

for (const subject of subjects.filter(({ rescore }) => rescore === undefined)) {
  for (const rescore of rescores) {
    let sum = 0;
    for (let i = 0; i < trials; i++) {
      sum += share(await subject.ask(question(i), rescore), i);
    }
    subject.rescore = rescore;
    if (sum / trials >= wanted) {
      break;
    }
  }
}
/** @type {{ times: number[], work: number[], found: number }[]} */
const measured = subjects.map(() => ({ times: [], work: [], found: 0 }));
for (let i = trials; i < trials + questions; i++) {
  for (const [k, { ask, rescore }] of subjects.entries()) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const found = await ask(question(i), rescore);
    measured[k].times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    measured[k].work.push((user + system) / 1000);
    measured[k].found += share(found, i);
  }
}
console.log('| | rescored | of the exact ten nearest | p50 | p99 | processor time | on disk | made in |');
console.log('|---|---|---|---|---|---|---|---|');
for (const [k, { name, path, seconds, rescore }] of subjects.entries()) {
  const { times, work, found } = measured[k];
  const [sorted, spent] = [ascending(times), ascending(work)];
  const cells = [
    ...[name, rescore === 'exact' ? '' : `${rescore} times`, (found / questions).toFixed(3)],
    ...[quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(spent, 0.5)].map((time) => `${time.toFixed(1)} ms`),
    ...[`${((await bytesOf(path)) / 1e6).toFixed(0)} MB`, seconds === undefined ? 'kept' : `${seconds.toFixed(0)} s`],
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
await Promise.all(subjects.map(({ close }) => close()));
if (values.keep === undefined) {
  await rm(folder, { recursive: true });
}
