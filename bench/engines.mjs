/**
 * The native engine against ONNX Runtime on the same token ids: `node bench/engines.mjs <model folder> [rounds]`.
 *
 * Every engine lives in a process of its own; they are measured in turn, round after round, so that what else goes on
 * on the machine meets all alike. Ratios are taken within a round; the table shows their median and spread. All engines
 * of a table see the same instruction sets: newer ones are hidden from their processes (see cpu-levels.mjs).
 *
 * LEVELS and THREADS (lists, by commas) choose some of the tables only. With MEASURE=cpu, times are those that a process
 * was at work, which on a machine with other work say more of a single thread. VARIANTS (by commas) adds variants that are
 * there, each on both engines.
 */
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { variantPath } from '../dist/model/index.js';
import { readModel } from '../dist/onnx/index.js';
import { benchModel } from './bench-model.mjs';
import { cpuFeatures, cpuLevels, environmentFor } from './cpu-levels.mjs';

const [given, rounds = '5', only] = process.argv.slice(2);
if (given === undefined) {
  console.error('usage: node bench/engines.mjs <model folder> [rounds] [workloads, by commas]');
  process.exit(2);
}
const here = fileURLToPath(new URL('.', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'octavec-bench-'));

/** Token ids that follow from their place: any will do, as time does not depend on them. */
function batchOf(lengths) {
  const offsets = [0];
  const ids = [];
  for (const length of lengths) {
    for (let t = 0; t < length; t++) {
      ids.push(t === 0 ? 101 : t === length - 1 ? 102 : 1000 + ((ids.length * 7919) % 20_000));
    }
    offsets.push(ids.length);
  }
  return { ids, offsets };
}

/** Lengths of 512 texts as a corpus has them: many short, few long, 8 to 256. */
const mixed = Array.from({ length: 512 }, (_, i) => Math.round(8 * 32 ** ((((i * 193) % 512) / 512) ** 1.1)));
const workloads = {
  '1 × 16': Array(1).fill(16),
  '1 × 128': Array(1).fill(128),
  '32 × 32': Array(32).fill(32),
  '32 × 128': Array(32).fill(128),
  '512 mixed': mixed,
};
/** Measured where they are asked for. */
const longTexts = { '1 × 512': [512], '1 × 2048': [2048], '1 × 4096': [4096], '1 × 8192': [8192] };
const chosen =
  only === undefined
    ? Object.entries(workloads)
    : Object.entries({ ...workloads, ...longTexts }).filter(([name]) => only.split(',').includes(name));

async function startPeer(name, settings, environment = {}) {
  const child = fork(join(here, 'engine-peer.mjs'), [JSON.stringify(settings)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const started = await new Promise((resolve) => {
    child.once('message', () => resolve(true));
    child.once('exit', () => resolve(false));
  });
  return started ? { name, child } : undefined;
}

function measure({ name, child }, lengths) {
  return new Promise((resolve, reject) => {
    const die = () => reject(new Error(`${name} died`));
    child.once('exit', die);
    child.once('message', (measured) => {
      child.removeListener('exit', die);
      resolve(measured);
    });
    child.send({ ...batchOf(lengths), leastMs: 300 });
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** GOPS by instruction set, from bench/peak.cpp; empty without a compiler. */
function measurePeaks() {
  try {
    const program = join(scratch, 'peak');
    execFileSync(process.env.CXX ?? 'g++', ['-O2', '-std=c++17', join(here, 'peak.cpp'), '-o', program]);
    const lines = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
    return Object.fromEntries(lines.map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]));
  } catch {
    return {};
  }
}

/** Multiplications and additions of the linear layers for one token: what the weights of the layers hold, twice. */
function operationsPerToken(model) {
  const matrices = model.proto.graph.initializer.filter(
    ({ dims, name }) => dims.length === 2 && !/embed/.test(name) && dims[0] % 64 === 0 && dims[1] % 64 === 0,
  );
  return 2 * matrices.reduce((sum, { dims }) => sum + dims[0] * dims[1], 0);
}

// FP32 and INT8 proper for all: half weights would make the peers widen them with every run.
const folder = await benchModel(given);
const fullPath = variantPath(folder, 'fp32');
const int8Path = variantPath(folder, 'int8');
const source = await readModel(fullPath);
const before = measurePeaks();
const shown = ['avx2', 'avx_vnni', 'avx512_vnni', 'avx512_bf16', 'amx_int8', 'amx_bf16'];
console.log(
  `${cpus()[0].model}, ${cpus().length} CPUs: ${cpuFeatures()
    .filter((feature) => shown.includes(feature))
    .join(' ')}`,
);

const listed = (variable, all) => process.env[variable]?.split(',') ?? all;

async function startPeers(level, threads) {
  const environment = environmentFor(level);
  const peer = (name, kind, path) => startPeer(name, { kind, folder, path, threads }, environment);
  const native = (count) =>
    startPeer(
      `native, ${count} thread${count === 1 ? '' : 's'}`,
      { kind: 'native', folder, path: fullPath, threads: count },
      environment,
    );
  return (
    await Promise.all([
      peer('ORT FP32', 'onnxruntime', fullPath),
      peer('ORT INT8', 'onnxruntime', int8Path),
      ...(threads === 1 ? [] : [native(1)]),
      native(threads),
      ...listed('VARIANTS', []).flatMap((precision) => {
        const path = variantPath(given, precision);
        const on = (kind) =>
          startPeer(`${precision}, ${kind}, ${threads}`, { kind, folder, path, threads }, environment);
        return [on('onnxruntime'), on('native')];
      }),
    ])
  ).filter((started) => started !== undefined);
}

/** Times in ms by peer, a list over rounds, and the largest memory that it had so far. */
async function measureInTurn(peers, lengths) {
  const times = new Map(peers.map(({ name }) => [name, []]));
  const peaks = new Map();
  for (let round = 0; round < Number(rounds); round++) {
    for (const one of peers) {
      const { ms, peakBytes } = await measure(one, lengths);
      times.get(one.name).push(ms);
      peaks.set(one.name, peakBytes);
    }
  }
  return { times, peaks };
}

function ratio(times, base, of) {
  const ratios = times.get(base).map((other, i) => other / times.get(of)[i]);
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}

/** Of the peak of as many cores as the engine has threads; empty for peers, and where no peak was measured. */
function shareOfPeak(name, gops, peak) {
  const threads = /^native, (\d+)/.exec(name)?.[1];
  return threads === undefined || peak === undefined
    ? ''
    : ` (${((100 * gops) / (peak * Number(threads))).toFixed(0)} %)`;
}

function printRows(workload, lengths, { times, peaks }, peak) {
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  for (const [name, ms] of times) {
    const typical = median(ms);
    const gops = (operationsPerToken(source) * tokens) / typical / 1e6;
    const cells = [
      workload,
      name,
      typical.toFixed(2),
      ((1000 * lengths.length) / typical).toFixed(0),
      ratio(times, 'ORT INT8', name),
      ratio(times, 'ORT FP32', name),
      `${gops.toFixed(0)}${shareOfPeak(name, gops, peak)}`,
      (peaks.get(name) / 2 ** 20).toFixed(0),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

for (const threads of listed('THREADS', ['1', '2']).map(Number)) {
  for (const level of listed('LEVELS', cpuLevels())) {
    const peers = await startPeers(level, threads);
    console.log(`\n${level ?? process.arch}, ${threads} thread${threads === 1 ? '' : 's'}`);
    console.log('| workload | engine | ms | texts/s | × ORT INT8 | × ORT FP32 | GOPS (of the peak) | peak MB |');
    console.log('|---|---|---|---|---|---|---|---|');
    for (const [workload, lengths] of chosen) {
      printRows(workload, lengths, await measureInTurn(peers, lengths), before[level]);
    }
    for (const { child } of peers) {
      child.removeAllListeners();
      child.kill();
    }
  }
}
const after = measurePeaks();
console.log('\nmeasured peak of one core, GOPS (before, after):');
for (const [name, gops] of Object.entries(before)) {
  console.log(`- ${name}: ${gops}, ${after[name]}`);
}
rmSync(scratch, { recursive: true });
