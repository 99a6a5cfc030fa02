/**
 * The default store's scan of many vectors: `node bench/vector-scan.mjs [vectors] [--python /path/to/python]`. It makes a store of
 * random vectors of 384 dimensions for each kind, asks it, and sets the time beside the time that memory takes to give so many
 * bytes in the same run, and beside NumPy where a Python with numpy and safetensors is named. Prints sizes, p50 and p99.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuBudget, cpuFeatures, readHostFacts } from '../dist/host/index.js';
import { ascending, quantile } from '../dist/numbers/index.js';
import { SegmentStore } from '../dist/store/index.js';
import { findCompiler } from '../scripts/compile.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { python: { type: 'string' } } });
const rows = Number(positionals[0] ?? 1_000_000);
const columns = 384;
const rowsPerSegment = 250_000;
const questions = 100;
const folder = await mkdtemp(join(tmpdir(), 'octavec-scan-'));
const host = await readHostFacts();
const { threads } = cpuBudget(host);
console.log(
  `${rows} vectors × ${columns}, ${host.cpuModel}, ${cpuFeatures(host.cpuFlags, host.platform).names.join(' ')}, ${threads} threads`,
);

/** A generator that gives the same numbers each time and takes little: xorshift, four numbers summed towards a bell. */
let state = 0x9e3779b9;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state / 2 ** 31;
}

function unitVectors(count) {
  const data = new Float32Array(count * columns);
  for (let row = 0; row < count; row++) {
    let squares = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      data[i] = random() + random();
      squares += data[i] * data[i];
    }
    const scale = 1 / Math.sqrt(squares);
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      data[i] *= scale;
    }
  }
  return data;
}

async function makeStore(kind) {
  state = 0x9e3779b9;
  const store = await SegmentStore.open(join(folder, kind));
  const model = { name: 'random', dimensions: columns, documentPrompt: '', queryPrompt: '', probes: [] };
  await store.writeManifest({ format: 1, tool: 'bench', model, chunking: 'none', vectors: kind, sources: [] });
  for (let first = 0; first < rows; first += rowsPerSegment) {
    const count = Math.min(rowsPerSegment, rows - first);
    const data = unitVectors(count);
    const chunks = Array.from({ length: count }, (_, i) => ({ text: `${first + i}` }));
    const vectors = { data, rows: count, columns };
    await store.apply({ remove: [], add: [{ id: `d${first}`, hash: '', metadata: {}, chunks, vectors }] });
  }
  return store;
}

function bandwidth(megabytes) {
  const compiler = findCompiler();
  if (compiler === undefined) {
    return undefined;
  }
  const program = join(folder, 'memory-bandwidth');
  const source = new URL('memory-bandwidth.cpp', import.meta.url).pathname;
  execFileSync(compiler, ['-O3', '-march=native', '-pthread', '-o', program, source]);
  return Number(execFileSync(program, [`${threads}`, `${Math.ceil(megabytes)}`], { encoding: 'utf8' }).split(' ')[0]);
}

const queries = unitVectors(questions);
const queryFile = join(folder, 'queries.f32');
await writeFile(queryFile, queries);
const exact = new Map();
for (const [kind, bytesPerRow, rescores] of /** @type {const} */ ([
  ['float32', columns * 4, ['exact']],
  ['int8', columns, ['exact', 4]],
  ['binary', columns / 8, [32, 128]],
])) {
  const store = await makeStore(kind);
  const { bytes = 0 } = await store.facts();
  const scanned = (rows * bytesPerRow) / 1e6;
  const speed = bandwidth(Math.max(64, scanned));
  for (const rescore of rescores) {
    const times = [];
    let found = 0;
    for (let i = 0; i < questions; i++) {
      const vector = queries.subarray(i * columns, (i + 1) * columns);
      const start = performance.now();
      const hits = await store.nearest({ vector, top: 10, rescore });
      times.push(performance.now() - start);
      const refs = (await store.chunks(hits.map(({ ref }) => ref))).map(({ text }) => text);
      exact.set(i, exact.get(i) ?? new Set(refs));
      found += refs.filter((text) => exact.get(i).has(text)).length;
    }
    const sorted = ascending(times.slice(5));
    const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
    const floor = speed && scanned / speed;
    console.log(
      `${kind}, rescore ${rescore}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, recall@10 ${(found / questions / 10).toFixed(4)}, ` +
        `${(bytes / 1e6).toFixed(0)} MB on disk, ${scanned.toFixed(0)} MB scanned` +
        (floor ? `; memory gives ${speed.toFixed(1)} GB/s: ${floor.toFixed(1)} ms, × ${(p50 / floor).toFixed(2)}` : ''),
    );
  }
  await store.close();
  if (kind === 'float32' && values.python !== undefined) {
    const peer = new URL('vector-scan-peer.py', import.meta.url).pathname;
    const { p50, p99 } = JSON.parse(
      execFileSync(values.python, [peer, join(folder, kind), queryFile], { encoding: 'utf8' }),
    );
    console.log(`NumPy, float32: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  }
  await rm(join(folder, kind), { recursive: true });
}
console.log(`resident memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
await rm(folder, { recursive: true });
