/**
 * Static models beside the model that they are made of, in one table:
 *
 *     node bench/static-models.mjs [teacher folder] [--sts <test.tsv>] [--scifact <BEIR folder>] [--texts <file>]… [--made <folder>]
 *       [--python <python>] [--rounds N] [--plain]
 *
 * Rows: the teacher in FP32 and INT8, plain distillation, that tuned on octavec's texts (FP32, FP16, INT8 rows), and one in INT8 rows tuned on each
 * --texts file. What is made is kept in --made, where there is one, for the next run; --plain leaves out all that is tuned on octavec's texts. Without --sts
 * and --scifact quality is that of the task scifact-mini.
 *
 * Each subject runs in a process of its own with one thread, on one CPU where `taskset` is there, all in turn, round after round; medians, and the
 * least and the most. Texts a second are counted by processor time: other work on the machine changes it little, and on a free CPU it is the time
 * itself. Starting: from `import` to a first vector, and from the start of the process.
 *
 * With a --python that has model2vec, it is timed in the same rounds on the same folders. The exit status is 1 where a static model is not 20 × as
 * fast as the teacher in INT8, does not start in 50 ms (the process itself not counted), or is slower than model2vec.
 */
import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { distill, tableBytes } from '../dist/distill/index.js';
import { cpuFeatures, readHostFacts } from '../dist/host/index.js';
import { ascending, median } from '../dist/numbers/index.js';
import { evaluate } from '../dist/pipeline/index.js';
import { readTable } from '../dist/static/index.js';
import { readTask } from '../dist/tasks/index.js';
import { readTexts } from '../dist/texts/index.js';
import { benchModel } from './bench-model.mjs';

const run = promisify(execFile);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sts: { type: 'string' },
    scifact: { type: 'string' },
    texts: { type: 'string', multiple: true, default: [] },
    made: { type: 'string' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    plain: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const peer = fileURLToPath(new URL('static-models-peer.py', import.meta.url));
const teacher = await benchModel(positionals[0]);
const made = values.made ?? (await mkdtemp(join(tmpdir(), 'octavec-static-')));
await mkdir(made, { recursive: true });
const isThere = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/** @type {{ name: string, folder: string, file: string, variant?: string, isStatic: boolean }[]} */
const subjects = [
  { name: 'teacher, FP32', folder: teacher, file: 'onnx/model.onnx', isStatic: false },
  { name: 'teacher, INT8', folder: teacher, file: 'onnx/model_int8.onnx', variant: 'int8', isStatic: false },
];

/** Distils in FP32 where that was not done before; the same in other precisions is the same table, written again. */
async function addStatic(name, texts, precisions) {
  const first = join(made, `${name}-fp32`);
  if (!(await isThere(first))) {
    const { seconds } = await distill(teacher, { output: first, texts, precision: 'fp32', engine: 'native' });
    console.log(`${name}: distilled in ${seconds.toFixed(0)} s`);
  }
  for (const precision of precisions) {
    const folder = join(made, `${name}-${precision}`);
    if (!(await isThere(folder))) {
      const { data, rows, columns } = await readTable(join(first, 'model.safetensors'));
      const floats = new Float32Array(data.slice().buffer);
      const part = `${folder}.part`;
      await cp(first, part, { recursive: true });
      await rm(join(part, 'onnx'), { recursive: true, force: true });
      await writeFile(join(part, 'model.safetensors'), tableBytes({ data: floats, rows, columns }, precision));
      await rename(part, folder);
    }
    const shown = `${name}, ${precision.toUpperCase()}`;
    subjects.push({ name: shown, folder, file: 'model.safetensors', isStatic: true });
  }
}

await addStatic('plain', 'none', ['fp32']);
if (!values.plain) {
  await addStatic('tuned', 'embedded', ['fp32', 'fp16', 'int8']);
}
for (const file of values.texts) {
  await addStatic(`tuned on ${parse(file).name}`, await readTexts(file), ['int8']);
}

// Short texts, the same for all; an encoder gets fewer of them.
const sentences = gunzipSync(await readFile(join(root, 'datasets/wordnet-examples.txt.gz')))
  .toString('utf8')
  .split('\n');
const [many, few] = [join(made, 'texts-many.txt'), join(made, 'texts-few.txt')];
await writeFile(many, sentences.filter((_, i) => i % 4 === 0).join('\n'));
await writeFile(few, sentences.filter((_, i) => i % 200 === 0).join('\n'));

/** What a process of octavec does: start, then embed the texts twice, of which the second counts. */
const program = `
  const begun = performance.now();
  const { Embedder } = await import('octavec');
  const [folder, variant, file] = process.argv.slice(1);
  const embedder = await Embedder.load(folder, { variant: variant || undefined, threads: 1 });
  await embedder.embed(['hello world']);
  const first = performance.now();
  const spent = process.cpuUsage();
  const { readFileSync } = await import('node:fs');
  const texts = readFileSync(file, 'utf8').split('\\n');
  await embedder.embed(texts);
  const [start, used] = [performance.now(), process.cpuUsage()];
  await embedder.embed(texts);
  const { user, system } = process.cpuUsage(used);
  const startCpu = (spent.user + spent.system) / 1e3;
  const figures = { start: first - begun, whole: first, startCpu, cpu: texts.length / ((user + system) / 1e6) };
  console.log(JSON.stringify({ ...figures, wall: texts.length / ((performance.now() - start) / 1e3) }));
  process.exit();`;
const pinned = (await isThere('/usr/bin/taskset')) ? ['/usr/bin/taskset', '-c', '0'] : [];
async function timed(command, args) {
  const [first, ...others] = [...pinned, command, ...args];
  const env = { ...process.env, RAYON_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  const { stdout } = await run(first, others, { cwd: root, env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** @type {Map<string, { start: number, whole?: number, startCpu?: number, cpu: number, wall: number }[]>} */
const times = new Map();
const peerName = (name) => `model2vec, ${name}`;
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { name, folder, variant = '', isStatic } of subjects) {
    const texts = isStatic ? many : few;
    const args = ['--input-type=module', '-e', program, folder, variant, texts];
    times.set(name, [...(times.get(name) ?? []), await timed(process.execPath, args)]);
    if (isStatic && values.python !== undefined) {
      const told = await timed(values.python, [peer, folder, texts]);
      times.set(peerName(name), [...(times.get(peerName(name)) ?? []), told]);
    }
  }
}
const figures = (name, which) => (times.get(name) ?? []).map((one) => one[which] ?? Number.NaN);
const middle = (name, which) => median(figures(name, which));
const spread = (name, which, digits = 0) => {
  const sorted = ascending(figures(name, which));
  return `${middle(name, which).toFixed(digits)} (${sorted[0].toFixed(digits)}–${sorted[sorted.length - 1].toFixed(digits)})`;
};

const specs = [...(values.sts ? [`sts:${values.sts}`] : []), ...(values.scifact ? [values.scifact] : [])];
const tasks = await Promise.all((specs.length > 0 ? specs : ['scifact-mini']).map((spec) => readTask(spec)));
async function quality(folder, variant) {
  const { results } = await evaluate(folder, { tasks, variant, cache: false });
  return results.map(({ metrics, mainMetric }) => metrics[mainMetric]);
}

const { cpuModel, cpuFlags, platform } = await readHostFacts();
console.log(`${cpuModel}, ${cpuFeatures(cpuFlags, platform).names.join(' ')}, one thread, ${values.rounds} rounds\n`);
const headings = [
  '',
  'MB',
  'texts/s of processor time',
  'texts/s',
  'start, ms',
  'with the process, ms',
  'of it processor time',
  ...tasks.map(({ name }) => name),
];
console.log(`| ${headings.join(' | ')} |\n|${' --- |'.repeat(headings.length)}`);
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);
for (const { name, folder, file, variant, isStatic } of subjects) {
  const { size } = await stat(join(folder, file));
  const scores = (await quality(folder, variant)).map((score) => score.toFixed(4));
  const speeds = [
    spread(name, 'cpu'),
    middle(name, 'wall').toFixed(0),
    spread(name, 'start', 1),
    spread(name, 'whole'),
    spread(name, 'startCpu'),
  ];
  row([name, (size / 1e6).toFixed(2), ...speeds, ...scores]);
  if (isStatic && values.python !== undefined) {
    const own = peerName(name);
    row([
      own,
      '',
      spread(own, 'cpu'),
      middle(own, 'wall').toFixed(0),
      spread(own, 'start', 1),
      '',
      '',
      ...scores.map(() => ''),
    ]);
  }
}

console.log();
const check = (isRight, what) => {
  console.log(`${isRight ? 'reached' : 'MISSED '}  ${what}`);
  process.exitCode = isRight ? process.exitCode : 1;
};
for (const { name } of subjects.filter(({ isStatic }) => isStatic)) {
  const times20 = middle(name, 'cpu') / middle('teacher, INT8', 'cpu');
  check(times20 >= 20, `${name}: ${times20.toFixed(0)} × the texts/s of the teacher in INT8 (20)`);
  const [start, whole] = [middle(name, 'start'), middle(name, 'whole')];
  check(start < 50, `${name}: starts in ${start.toFixed(0)} ms (50), ${whole.toFixed(0)} ms with the process`);
  if (values.python !== undefined) {
    const ratio = middle(name, 'cpu') / middle(peerName(name), 'cpu');
    check(ratio >= 1, `${name}: ${ratio.toFixed(2)} × the texts/s of model2vec (1)`);
  }
}
if (values.made === undefined) {
  await rm(made, { recursive: true });
}
