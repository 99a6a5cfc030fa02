import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verificationTexts } from '#rooms/evaluate';

/** Each program of bench/ in its shortest form: that it runs to its end, and prints what it is there for. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const embedded = 'models/all-MiniLM-L6-v2';

let folder: string;
let table: string;
let model: string;
let fp32: string;
let int8: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-programs-'));
  table = join(folder, 'test.tsv');
  const texts = (await verificationTexts()).filter((text) => !/[\t\n]/.test(text)).slice(0, 40);
  const pairs = Array.from({ length: 20 }, (_, i) => [(i * 7) % 5, texts[2 * i], texts[2 * i + 1]].join('\t'));
  writeFileSync(table, `score\tsentence1\tsentence2\n${pairs.join('\n')}\n`);
  // In a process of its own, as the programs make it.
  const script = "import('./bench/bench-model.mjs').then(({ benchModel }) => benchModel()).then(console.log)";
  model = (await promisify(execFile)(process.execPath, ['-e', script], { cwd: root })).stdout.trim();
  fp32 = join(model, 'onnx/model.onnx');
  int8 = join(model, 'onnx/model_int8.onnx');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Program {
  readonly args: () => readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** What its output must hold. */
  readonly prints: RegExp;
  /** Programs that judge: their limits are for longer runs. */
  readonly mayJudge?: boolean;
}

const programs: Readonly<Record<string, Program>> = {
  'chaos.mjs': { args: () => ['4', '4'], prints: /0 wrong, 0 hung/, mayJudge: true },
  'cold-start.mjs': { args: () => ['--rounds', '1'], prints: /first vector, ONNX Runtime +\d+ ms/ },
  'engines.mjs': {
    args: () => [embedded, '1', '1 × 16'],
    env: { THREADS: '1' },
    prints: /\| 1 × 16 \| native, 1 thread \| [\d.]+ \|/,
  },
  'graph-passes.mjs': { args: () => ['--rounds', '1', '--json'], prints: /"all passes"/ },
  'index-files.mjs': {
    args: () => ['src/search', 'docs/how-to'],
    prints: /(\d+) of \1 chunks of text and code stand at the lines/,
  },
  'load-close.mjs': { args: () => ['3'], prints: /the first .* MB/, mayJudge: true },
  'method-table.mjs': {
    args: () => [table, model, '--python', '/nowhere/python', '--rounds', '1'],
    prints: /model_q8\.onnx/,
  },
  'onnx-memory.mjs': { args: () => ['0.05', '0.05'], prints: /bound/ },
  'overhead.mjs': { args: () => [], prints: /single text of 16 tokens/ },
  'pool-memory.mjs': { args: () => [], prints: /int8, native .*\d/ },
  'revisions.mjs': { args: () => [root, root, '--rounds', '1'], prints: /quantize --to int8 +before [\d.]+ ms, after/ },
  'run-time.mjs': { args: () => ['--rounds', '1', '--threads', '1', '--json'], prints: /"texts\/s"|"textsPerSecond"/ },
  'server-chaos.mjs': { args: () => ['20'], prints: / 0 wrong, 0 lost, 0 hung/, mayJudge: true },
  'server-clients.mjs': { args: () => ['/nowhere', '--python', '/nowhere/python'], prints: /absent {2}openai/ },
  'server-flood.mjs': { args: () => ['200', '3'], prints: /at most/, mayJudge: true },
  'server-load.mjs': { args: () => ['1'], prints: /Ollama .* requests\/s .*\+/, mayJudge: true },
  'random-encoders.mjs': {
    args: () => [join(tmpdir(), 'octavec-random-encoders'), 'modernbert-base', '1000', '2'],
    prints: /2 layers, 1000 words, proof within/,
  },
  'search-load.mjs': {
    args: () => ['400', '--questions', '5'],
    prints: /hybrid, two conditions: p50[\s\S]*octavec search .*, 10 results/,
  },
  'simulate-jobs.mjs': { args: () => ['--rows', '1e7', '--workers', '20'], prints: /limit {5}the workers/ },
  'static-models.mjs': {
    args: () => ['--rounds', '1', '--plain', '--sts', table],
    prints: /plain, FP32 \| [\s\S]*× the texts\/s of the teacher/,
    mayJudge: true,
  },
  'stream-memory.mjs': { args: () => ['2000'], prints: /after warm-up/, mayJudge: true },
  'sts-table.mjs': { args: () => [table, fp32, int8], prints: /top-10[\s\S]*20 pairs/ },
  'vector-recall.mjs': {
    args: () => ['--count', '300', '--questions', '20'],
    prints: /mean pooling, int8, exact \| 1\.0000 \|[\s\S]*CLS pooling, binary, 64 times/,
  },
  'vector-scan.mjs': { args: () => ['2000'], prints: /int8, rescore exact: p50 [\d.]+ ms, .* recall@10 1\.0000/ },
  'variant-speed.mjs': { args: () => ['--rounds', '1', fp32, int8], prints: /model_int8\.onnx/ },
};

/**
 * Two need the right to make control groups, server-peer packages of other projects, vector-scan-interleaved LanceDB; large-models makes models of 8
 * GB, search-quality asks an index.
 */
const notRun = [
  ...['cpu-quota.mjs', 'large-models.mjs', 'search-quality.mjs', 'server-peer.mjs', 'server-quota.mjs'],
  'vector-scan-interleaved.mjs',
];
/** Parts of others. */
const parts = [
  ...['bench-model', 'cpu-levels', 'engine-peer', 'http-load', 'process-memory', 'run-time-peer', 'server-process'],
  ...['vector-scan-ask', 'vector-scan-lancedb', 'workload-texts'],
];

test('every program is run, or said not to be', () => {
  const all = readdirSync(join(root, 'bench')).filter((name) => name.endsWith('.mjs'));
  expect([...Object.keys(programs), ...notRun, ...parts.map((name) => `${name}.mjs`)].sort()).toEqual(all.sort());
});

test.each(Object.entries(programs))('bench/%s runs', async (name, { args, env, prints, mayJudge }) => {
  const run = promisify(execFile)(process.execPath, ['--expose-gc', join('bench', name), ...args()], {
    cwd: root,
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 26,
  });
  const { stdout } = await run.catch((error) => {
    if (mayJudge && error.code === 1 && error.stderr === '') {
      return error;
    }
    throw error;
  });
  expect(stdout).toMatch(prints);
});
