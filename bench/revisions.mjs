/**
 * The speed of two revisions in one run, in turns: what a change has cost or brought. Both must be checked out and built,
 * the native engine too:
 *
 *     node bench/revisions.mjs <folder before> <folder after> [--rounds N] [--model folder]
 *
 * Times are CPU time, all threads together, so that other work on the machine matters less. A process per revision and
 * engine embeds; quantizing with its proof is a process each time.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { ascending, median } from '../dist/numbers/index.js';
import { benchModel, embeddedModel } from './bench-model.mjs';
import { textOf } from './workload-texts.mjs';

const workloads = {
  '1 × 16 tokens': { texts: [textOf(16)], repeats: 200 },
  '1 × 128 tokens': { texts: [textOf(128)], repeats: 50 },
  '32 × 128 tokens': { texts: Array.from({ length: 32 }, (_, i) => textOf(128, i)), repeats: 2 },
};

if (process.send) {
  await answer();
} else {
  await compare();
}

/** In a process of its own: embeds what it is asked to, and says how much CPU time that took, in ms. */
async function answer() {
  const [revision, model, engine] = process.argv.slice(2);
  const { Embedder } = await import(pathToFileURL(join(revision, 'dist/index.js')).href);
  const embedder = await Embedder.load(model, { variant: 'int8', engine, threads: 1 });
  process.on('message', async ({ texts, repeats }) => {
    const before = process.cpuUsage();
    for (let i = 0; i < repeats; i++) {
      await embedder.embed(texts);
    }
    const { user, system } = process.cpuUsage(before);
    process.send?.((user + system) / 1000 / repeats);
  });
  process.send?.('ready');
}

async function compare() {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: 'string', default: '9' }, model: { type: 'string', default: embeddedModel } },
    allowPositionals: true,
  });
  const revisions = positionals.map((folder) => resolve(folder));
  const model = await benchModel(values.model);
  const engines = ['native', 'onnxruntime'];
  const processes = await Promise.all(
    revisions.map(async (revision) =>
      Promise.all(
        engines.map(async (engine) => {
          const child = fork(fileURLToPath(import.meta.url), [revision, model, engine]);
          await once(child, 'message');
          return child;
        }),
      ),
    ),
  );
  /** [subject][revision] → CPU times in ms */
  const times = new Map();
  const note = (subject, revision, ms) => {
    const found = times.get(subject) ?? revisions.map(() => []);
    found[revision].push(ms);
    times.set(subject, found);
  };
  // The first round warms up.
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const revision of round % 2 ? [1, 0] : [0, 1]) {
      for (const [at, engine] of engines.entries()) {
        for (const [name, workload] of Object.entries(workloads)) {
          const child = processes[revision][at];
          child.send(workload);
          const [ms] = await once(child, 'message');
          if (round > 0) {
            note(`${engine}, ${name}`, revision, ms);
          }
        }
      }
      if (round > 0) {
        note('quantize --to int8', revision, await quantizing(revisions[revision], values.model));
      }
    }
  }
  for (const child of processes.flat()) {
    child.disconnect();
    child.kill();
  }
  for (const [subject, [before, after]] of times) {
    const ratios = ascending(after.map((ms, round) => ms / before[round]));
    const [least, most] = [ratios[0], ratios[ratios.length - 1]].map((ratio) => ratio.toFixed(2));
    console.log(
      `${subject.padEnd(30)} before ${median(before).toFixed(2)} ms, after ${median(after).toFixed(2)} ms: × ${median(ratios).toFixed(2)} (${least}–${most})`,
    );
  }
}

async function quantizing(revision, model) {
  const out = await mkdtemp(join(tmpdir(), 'octavec-revisions-'));
  const commandLine = join(revision, 'dist/cli/main.js');
  const cpu = "process.on('exit', () => console.error('cpu', process.cpuUsage().user + process.cpuUsage().system))";
  const args = ['--import', `data:text/javascript,${encodeURIComponent(cpu)}`];
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [
      ...args,
      ...[commandLine, 'quantize', resolve(model), out, '--to', 'int8', '--json'],
    ]);
    return Number(/cpu (\d+)/.exec(stderr)?.[1]) / 1000;
  } finally {
    await rm(out, { recursive: true });
  }
}
