/**
 * Workers killed at random under load: `node bench/chaos.mjs [seconds] [callers]` (60 s, 16 callers by default).
 *
 * Workers are processes and get SIGKILL whatever they do. Every call must end with the right vectors or a clear error,
 * and none may hang. A batch that was lost is tried again, caller by caller, so that a call fails only if the next kill
 * hits it, too: there may be one such call for every five kills at most.
 */
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const seconds = Number(process.argv[2] ?? 60);
const callers = Number(process.argv[3] ?? 16);
/** A call that takes longer than this hangs. */
const hangsAfterMs = 120_000;
const mostFailedPerKill = 0.2;
/** On a machine that is too slow for that no worker would live for long enough to run anything. */
const leastCallsPerKill = 4;

// Keeps hold of the processes that octavec starts.
const { fork } = childProcess;
const workers = new Set();
childProcess.fork = /** @type {typeof fork} */ (
  (...args) => {
    const child = fork(.../** @type {Parameters<typeof fork>} */ (args));
    workers.add(child);
    child.once('exit', () => workers.delete(child));
    return child;
  }
);
syncBuiltinESMExports();

const { Embedder, OctavecError } = await import('octavec');
const { benchModel } = await import('./bench-model.mjs');
const { textOf } = await import('./workload-texts.mjs');

const embedder = await Embedder.load(await benchModel(), { variant: 'fp32', isolation: 'process', workers: 2 });
const lists = Array.from({ length: 24 }, (_, i) =>
  Array.from({ length: 1 + (i % 12) }, (_, j) => textOf(4 + ((i * 13 + j * 7) % 90), i + j)),
);
const expected = [];
for (const list of lists) {
  expected.push((await embedder.embed(list)).data);
}

const end = performance.now() + 1000 * seconds;
const count = { right: 0, wrong: 0, failed: 0, hung: 0, kills: 0 };

async function call(which) {
  const embedding = embedder.embed(lists[which]);
  embedding.catch(() => undefined);
  const hang = new AbortController();
  try {
    const vectors = await Promise.race([embedding, sleep(hangsAfterMs, undefined, { signal: hang.signal })]);
    if (vectors === undefined) {
      count.hung++;
    } else {
      // Batches differ with their neighbours, and so do the last bits of the vectors.
      count[vectors.data.every((value, i) => Math.abs(value - expected[which][i]) < 1e-4) ? 'right' : 'wrong']++;
    }
  } catch (error) {
    if (!(error instanceof OctavecError) || error.code !== 'ENGINE_DIED') {
      throw error;
    }
    count.failed++;
  } finally {
    hang.abort();
  }
}

async function caller(number) {
  for (let round = 0; performance.now() < end; round++) {
    await call((number * 5 + round) % lists.length);
  }
}

async function killer() {
  while (performance.now() < end) {
    await sleep(100 + 1400 * Math.random());
    if (count.right + count.failed < leastCallsPerKill * count.kills) {
      continue;
    }
    const victim = [...workers][Math.floor(Math.random() * workers.size)];
    if (victim?.kill('SIGKILL')) {
      count.kills++;
    }
  }
}

await Promise.all([killer(), ...Array.from({ length: callers }, (_, i) => caller(i))]);
await embedder.close();
console.log(
  `${seconds} s, ${callers} callers, ${count.kills} workers killed: ${count.right} calls right, ${count.failed} ended with ENGINE_DIED, ${count.wrong} wrong, ${count.hung} hung`,
);
const holds = count.wrong + count.hung === 0 && count.right > 0 && count.failed <= mostFailedPerKill * count.kills;
process.exitCode = holds ? 0 : 1;
