import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { makeTinyFolder } from '../support/tiny-folder.js';
import { filesIn, type Outcome, octavecProcess, temporaryFolder } from './octavec.js';

/** Interrupts of each command; `npm run test:long` takes 40. A single one hits every command at another moment. */
const interrupts = Number(process.env.OCTAVEC_TEST_INTERRUPTS ?? 1);

/** From the signal to the end of the process, on a machine that is busy with other things. */
const patienceMs = 30_000;

const signals = [
  { name: 'SIGINT', status: 130 },
  { name: 'SIGTERM', status: 143 },
] as const;

interface Place {
  /** A folder with a model that is done in no time: starts and ends of threads are most of what happens. */
  readonly tiny: string;
  /** The same with another variant. */
  readonly variants: string;
  /** A file of texts, one a line. */
  readonly texts: string;
  /** A retrieval task of several files of vectors. */
  readonly task: string;
  /** A folder of its own for each run. */
  readonly out: string;
}

type Commands = Readonly<Record<string, (place: Place) => readonly string[]>>;

const commands: Commands = {
  'embed (a text)': ({ tiny }) => ['embed', tiny, 'one text', '--pool', '2'],
  'embed --out': ({ tiny, texts, out }) => ['embed', tiny, '--file', texts, '--out', join(out, 'a/vectors.npy')],
  quantize: ({ tiny, texts, out }) => [
    ...['quantize', tiny, join(out, 'model'), '--to', 'int8-static,q4', '--force'],
    ...['--texts', texts, '--calibration', texts],
  ],
  verify: ({ tiny, texts, task }) => ['verify', tiny, '--against', tiny, '--texts', texts, '--task', task],
  compare: ({ variants, texts, out }) => [
    ...['compare', variants, '--texts', texts, '--no-bench', '--html', join(out, 'report.html')],
  ],
  evaluate: ({ tiny, task, out }) => ['evaluate', tiny, '--task', task, '--cache', join(out, 'cache')],
};

/** Those that do what others do, too, or take long: test/cli/bench.test.ts interrupts one in any case. */
const more: Commands = {
  doctor: ({ tiny }) => ['doctor', tiny],
  inspect: ({ tiny }) => ['inspect', tiny],
  'embed --file': ({ tiny, texts }) => ['embed', tiny, '--file', texts],
  'embed --engine auto': ({ tiny, texts }) => ['embed', tiny, '--file', texts, '--engine', 'auto'],
  'quantize-all': ({ tiny, texts, out }) => [
    ...['quantize-all', tiny, '--output', join(out, 'models'), '--to', 'fp16', '--texts', texts],
  ],
  bench: ({ tiny }) => ['bench', tiny],
};

function sharedPlace(): Omit<Place, 'out'> {
  const folder = temporaryFolder();
  const [tiny, variants, texts, task] = ['tiny', 'variants', 'texts.txt', 'task'].map((name) => join(folder, name));
  makeTinyFolder(tiny, 'bert');
  cpSync(makeTinyFolder(variants, 'bert'), join(variants, 'onnx/model_q8.onnx'));
  const lines = <Line>(count: number, line: (i: number) => Line) => Array.from({ length: count }, (_, i) => line(i));
  writeFileSync(texts, lines(60, (i) => `${i} ${'cell '.repeat(1 + (i % 7))}`).join('\n'));
  const records = (count: number, id: string) =>
    lines(count, (i) => JSON.stringify({ _id: `${id}${i}`, text: `text ${i}` })).join('\n');
  mkdirSync(join(task, 'qrels'), { recursive: true });
  writeFileSync(join(task, 'corpus.jsonl'), records(900, 'd'));
  writeFileSync(join(task, 'queries.jsonl'), records(5, 'q'));
  const judged = lines(5, (i) => `q${i}\td${i}\t1`);
  writeFileSync(join(task, 'qrels/test.tsv'), ['query-id\tcorpus-id\tscore', ...judged].join('\n'));
  return { tiny, variants, texts, task };
}

interface Interrupted extends Outcome {
  readonly endedBy: NodeJS.Signals | null;
  /** From the signal to the end; undefined where the process had ended before. */
  readonly tookMs: number | undefined;
}

/** Runs octavec and signals it, or the group that it leads, as a terminal does, when so much time has passed. */
async function interrupted(
  args: readonly string[],
  temporary: string,
  when: { readonly afterMs: number; readonly signal: NodeJS.Signals; readonly wholeGroup: boolean },
): Promise<Interrupted> {
  let endedBy: NodeJS.Signals | null = null;
  let signalledAt: number | undefined;
  let killer: NodeJS.Timeout | undefined;
  const send = async (child: ChildProcess) => {
    child.once('exit', (_, by) => {
      endedBy = by;
    });
    await setTimeout(when.afterMs);
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(when.wholeGroup ? -child.pid : child.pid, when.signal);
      signalledAt = performance.now();
      killer = globalThis.setTimeout(() => child.kill('SIGKILL'), patienceMs);
    }
  };
  const outcome = await octavecProcess(args, { env: { TMPDIR: temporary }, whileRunning: (child) => void send(child) });
  clearTimeout(killer);
  return { ...outcome, endedBy, tookMs: signalledAt && performance.now() - signalledAt };
}

describe(`${interrupts} interrupts, spread over the time that it takes`, () => {
  const cases = Object.entries({ ...commands, ...(interrupts > 1 && more) }).map(
    ([name, argsFor], place) => [name, argsFor, place] as const,
  );
  test.each(cases)('end octavec %s with the status of the signal', async (_, argsFor, place) => {
    const shared = sharedPlace();
    const start = performance.now();
    const whole = await octavecProcess(argsFor({ ...shared, out: temporaryFolder() }));
    const wholeMs = performance.now() - start;
    expect(whole.status, whole.stderr).toBe(0);
    for (let i = 0; i < interrupts; i++) {
      const [out, temporary] = [temporaryFolder(), temporaryFolder()];
      const nth = place + i;
      const { name: signal, status } = signals[nth % 2];
      // Spread over the time of a command by the number of the interrupt, and over the commands by the golden ratio.
      const share = (i + ((0.5 + 0.618 * place) % 1)) / interrupts;
      const when = { afterMs: wholeMs * share, signal, wholeGroup: nth % 4 < 2 };
      const run = await interrupted(argsFor({ ...shared, out }), temporary, when);
      const left = [...filesIn(temporary), ...filesIn(out).filter((path) => path.endsWith('.tmp'))];
      const errors = run.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('note: '));
      const context = JSON.stringify({ ...when, ...run });
      // Before octavec's first line a signal ends the process by itself, and after its last one there is nothing to end.
      const expected = run.endedBy === signal ? [null, []] : run.status === 0 ? [0, []] : [status, [cancelled]];
      expect([run.status, errors], context).toEqual(expected);
      expect(run.tookMs ?? 0, context).toBeLessThan(patienceMs);
      expect(left, context).toEqual([]);
    }
  });

  const cancelled = expect.stringMatching(/^error: Cancelled: .*\.$/);
});

test('an interrupt ends octavec embed --file - while it waits for texts', async () => {
  const { tiny } = sharedPlace();
  let child: ChildProcess | undefined;
  const { status, stderr } = await octavecProcess(['embed', tiny, '--file', '-'], {
    stdin: 'pipe',
    whileRunning: (started) => {
      child = started;
      started.stdin?.write('a first text\n');
      // Its vector says that the next text is waited for.
      started.stdout?.once('data', () => started.kill('SIGTERM'));
    },
  });
  child?.stdin?.destroy();
  expect([status, stderr]).toEqual([143, 'error: Cancelled: embedding.\n']);
});

test('an answer that is lost all the same is told as a bug', async () => {
  // Threads that never hold the process: it ends in the middle of loading the model.
  const preload = "import { Worker } from 'node:worker_threads'; Worker.prototype.ref = () => undefined;";
  const { status, stderr } = await octavecProcess(['embed', sharedPlace().tiny, 'a text'], {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^(Warning: (.*\n)+)?error: an error inside octavec, please report it: an answer was lost\n$/);
});
