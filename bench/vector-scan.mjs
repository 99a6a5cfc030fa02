/**
 * The default store's scan of many vectors: `node bench/vector-scan.mjs [vectors] [--python /path/to/python] [--lancedb]`. It makes a
 * store of random vectors of 384 dimensions for each kind, has another process ask it, and sets the time beside the time that memory
 * takes to give so many bytes in the same run; beside NumPy where a Python with numpy and safetensors is named, and beside LanceDB
 * where that is installed. Prints sizes, memory, p50 and p99.
 */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuBudget, cpuFeatures, readHostFacts } from '../dist/host/index.js';
import { SegmentStore } from '../dist/store/index.js';
import { findCompiler } from '../scripts/compile.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string' }, lancedb: { type: 'boolean' } },
});
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

function run(program, ...args) {
  const lines = execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

const beside = (name) => new URL(name, import.meta.url).pathname;
const queries = unitVectors(questions);
const queryFile = join(folder, 'queries.f32');
await writeFile(queryFile, queries);
let exact;
for (const [kind, bytesPerRow, rescores] of /** @type {const} */ ([
  ['float32', columns * 4, ['exact']],
  ['int8', columns + 4, ['exact', 4]],
  ['binary', columns / 8, [32, 128]],
])) {
  const store = await makeStore(kind);
  const { bytes = 0 } = await store.facts();
  await store.close();
  const scanned = (rows * bytesPerRow) / 1e6;
  const speed = bandwidth(Math.max(64, scanned));
  const asked = run(
    process.execPath,
    beside('vector-scan-ask.mjs'),
    join(folder, kind),
    queryFile,
    columns,
    ...rescores,
  );
  for (const { rescore, p50, p99, found, own, mapped } of asked) {
    exact ??= found.map((texts) => new Set(texts));
    const recalled = found.flatMap((texts, i) => texts.filter((text) => exact[i].has(text))).length;
    const floor = speed && scanned / speed;
    console.log(
      `${kind}, rescore ${rescore}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, recall@10 ${(recalled / questions / 10).toFixed(4)}, ` +
        `${(bytes / 1e6).toFixed(0)} MB on disk, ${scanned.toFixed(0)} MB scanned, ${own} MB of its own and ${mapped} MB mapped` +
        (floor ? `; memory gives ${speed.toFixed(1)} GB/s: ${floor.toFixed(1)} ms, × ${(p50 / floor).toFixed(2)}` : ''),
    );
  }
  if (kind === 'float32' && values.python !== undefined) {
    const [{ p50, p99 }] = run(values.python, beside('vector-scan-peer.py'), join(folder, kind), queryFile);
    console.log(`NumPy, float32: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  }
  await rm(join(folder, kind), { recursive: true });
}
if (values.lancedb) {
  const rowFile = join(folder, 'rows.f32');
  state = 0x9e3779b9;
  for (let first = 0; first < rows; first += rowsPerSegment) {
    await appendFile(rowFile, Buffer.from(unitVectors(Math.min(rowsPerSegment, rows - first)).buffer));
  }
  const asked = run(
    process.execPath,
    beside('vector-scan-lancedb.mjs'),
    rowFile,
    queryFile,
    columns,
    join(folder, 'lance'),
  );
  for (const { name, rescore, p50, p99, recall, buildSeconds, diskBytes, rss } of asked) {
    console.log(
      `${name}, rescore ${rescore}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, recall@10 ${recall.toFixed(4)}, ` +
        `${(diskBytes / 1e6).toFixed(0)} MB on disk, ${(rss / 1e6).toFixed(0)} MB resident, index made in ${buildSeconds.toFixed(0)} s`,
    );
  }
}
await rm(folder, { recursive: true });
