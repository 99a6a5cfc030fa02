/**
 * LanceDB's nearest ten of the vectors that stand in a file of float32: `node bench/vector-scan-lancedb.mjs rows.f32
 * queries.f32 columns folder`. It scans all of them, and asks an index of scalar codes (HNSW) and one of bits (RaBitQ), as octavec's store in LanceDB
 * makes them, rescored as much as that does and otherwise. Prints JSON, a line each: milliseconds and the share of the exact ten.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ascending, quantile } from '../dist/numbers/index.js';

const [rowFile, queryFile, columnsText, folder] = process.argv.slice(2);
const columns = Number(columnsText);
const rowsAtOnce = 100_000;
// Names in variables: the packages are not installed with this project.
const [lanceName, arrowName] = ['@lancedb/lancedb', 'apache-arrow'];
const { connect, makeArrowTable, Index } = await import(lanceName);
const { Schema, Field, Int32, FixedSizeList, Float32 } = await import(arrowName);

const floats = async (file) => {
  const { buffer, byteOffset, length } = await readFile(file);
  return new Float32Array(buffer, byteOffset, length / 4);
};
const [data, queries] = [await floats(rowFile), await floats(queryFile)];
const connection = await connect(folder);
const schema = new Schema([
  new Field('id', new Int32(), false),
  new Field('vector', new FixedSizeList(columns, new Field('item', new Float32(), true)), true),
]);
const table = await connection.createEmptyTable('vectors', schema);
for (let first = 0; first < data.length / columns; first += rowsAtOnce) {
  const count = Math.min(rowsAtOnce, data.length / columns - first);
  const rows = Array.from({ length: count }, (_, i) => ({
    id: first + i,
    vector: data.subarray((first + i) * columns, (first + i + 1) * columns),
  }));
  await table.add(makeArrowTable(rows, { schema }));
}

async function bytesOf(path) {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const exact = [];
async function ask(name, rescores, buildSeconds) {
  for (const rescore of rescores) {
    const times = [];
    let found = 0;
    for (let i = 0; i < queries.length / columns; i++) {
      const vector = queries.subarray(i * columns, (i + 1) * columns);
      const start = performance.now();
      const nearest = table.query().nearestTo(vector).distanceType('cosine').column('vector').limit(10);
      const query = rescore === 'exact' ? nearest.bypassVectorIndex() : nearest.refineFactor(rescore);
      const rows = await query.select(['id', '_distance']).toArray();
      times.push(performance.now() - start);
      exact[i] ??= new Set(rows.map(({ id }) => id));
      found += rows.filter(({ id }) => exact[i].has(id)).length / 10;
    }
    const sorted = ascending(times.slice(3));
    const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
    const recall = (found * columns) / queries.length;
    const [diskBytes, rss] = [await bytesOf(folder), process.memoryUsage().rss];
    console.log(JSON.stringify({ name, rescore, p50, p99, recall, buildSeconds, diskBytes, rss }));
  }
}

await ask('LanceDB, float32', ['exact'], 0);
for (const [name, config, rescores] of /** @type {const} */ ([
  ['LanceDB, HNSW of int8', Index.hnswSq({ distanceType: 'cosine' }), [1, 4, 16]],
  ['LanceDB, RaBitQ', Index.ivfRq({ distanceType: 'cosine' }), [4, 32, 128]],
])) {
  const start = performance.now();
  await table.createIndex('vector', { config, replace: true });
  await ask(name, rescores, (performance.now() - start) / 1000);
}
table.close();
connection.close();
