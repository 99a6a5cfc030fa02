/**
 * Asks a store of vectors for the ten nearest, in a process of its own: `node bench/vector-scan-ask.mjs folder queries.f32 columns
 * rescore…`. Prints JSON, a line for each way to rescore: milliseconds, what was found, and the memory of the process. Run by
 * vector-scan.mjs.
 */
import { readFile } from 'node:fs/promises';
import { ascending, quantile } from '../dist/numbers/index.js';
import { SegmentStore } from '../dist/store/index.js';

const [folder, queryFile, columnsText, ...rescores] = process.argv.slice(2);
const columns = Number(columnsText);
const { buffer, byteOffset, length } = await readFile(queryFile);
const queries = new Float32Array(buffer, byteOffset, length / 4);
const store = await SegmentStore.open(folder);

/** Megabytes: what the process itself holds, and what it has looked at of mapped files, which the system takes back as it needs to. */
async function memory() {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const megabytes = (name) => Math.round(Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)?.[1] ?? 0) / 1000);
  return { own: megabytes('RssAnon'), mapped: megabytes('RssFile') };
}

for (const text of rescores) {
  const rescore = text === 'exact' ? text : Number(text);
  const times = [];
  const found = [];
  for (let first = 0; first < queries.length; first += columns) {
    const vector = queries.subarray(first, first + columns);
    const start = performance.now();
    const hits = await store.nearest({ vector, top: 10, rescore });
    times.push(performance.now() - start);
    found.push((await store.chunks(hits.map(({ ref }) => ref))).map((chunk) => chunk.text));
  }
  const sorted = ascending(times.slice(5));
  console.log(
    JSON.stringify({ rescore, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), found, ...(await memory()) }),
  );
}
await store.close();
