/**
 * A flood of large bodies: `node bench/server-flood.mjs [connections] [seconds] [bytes]` (2,000 connections, 20 s,
 * 2,000,000 bytes by default). Memory must stay under a bound, /health must answer within a second, and other clients must
 * get answers or be told to come again.
 *
 * /health is asked on the health port, for which the bound of a second holds, and on the port of the flood. There it stands
 * behind all connections that came before; beside its time it is said how much of it the server's main thread was computing.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatBytes } from '../dist/base/index.js';
import { ascending, quantile } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { connection, requestBytes } from './http-load.mjs';
import { mainThreadSeconds, residentBytes, startServer } from './server-process.mjs';
import { textOf } from './workload-texts.mjs';

if (process.argv[2] === '--probe') {
  await probe(process.argv[3], Number(process.argv[4]), 1000 * Number(process.argv[5]));
  process.exit();
}
const [connections = 2000, seconds = 20, size = 2_000_000] = process.argv.slice(2).map(Number);
/** What docs/server.md says: bodies (32 MB, several times that while they are parsed), answers (64 MB), connections. */
const mostBytesAboveRest = 400 * 2 ** 20;
const slowestHealthMs = 1000;
const clients = 4;

const server = await startServer([await benchModel(), '--variant', 'int8', '--health-port', '0']);
const healthUrl = `http://127.0.0.1:${/\/health is answered on port (\d+)/.exec(server.output())?.[1]}`;
const line = textOf(120);
const input = Array.from({ length: Math.floor((size - 100) / (line.length + 3)) }, () => line);
const flood = requestBytes('/v1/embeddings', { input: input.slice(0, 2048) });
const single = requestBytes('/v1/embeddings', { input: 'a text of a client like any other' });
const { ask: askOnce, close: closeFirst } = connection(server.url);
await askOnce(single);
closeFirst();
const probes = [await startProbe(server.url), await startProbe(healthUrl)];
const atRest = await residentBytes(server.pid);
const computedBefore = await mainThreadSeconds(server.pid);
const end = performance.now() + 1000 * seconds;
const answers = { flood: {}, client: {} };
/** Milliseconds that healthy clients waited for an answer, whichever it was. */
const waits = [];
const memory = [];

function note(kind, status) {
  answers[kind][status] = (answers[kind][status] ?? 0) + 1;
}

async function flooder() {
  while (performance.now() < end) {
    const { ask, close } = connection(server.url);
    const late = setTimeout(close, end - performance.now() + 5000);
    await ask(flood).then(
      ({ status }) => note('flood', status),
      (error) => note('flood', error.code ?? 'closed'),
    );
    clearTimeout(late);
    close();
    await sleep(100);
  }
}

/** A healthy client: it is answered or told to come again, and does. */
async function client() {
  while (performance.now() < end) {
    const { ask, close } = connection(server.url);
    const before = performance.now();
    await ask(single).then(
      ({ status }) => note('client', status),
      (error) => note('client', error.code ?? 'closed'),
    );
    waits.push(performance.now() - before);
    close();
    await sleep(50);
  }
}

/**
 * Asks for /health from a process of its own: this one is busy with its flood. Says that it has begun, and at its end of
 * each answer the milliseconds, and those that the server's main thread was computing.
 */
async function probe(url, pid, ms) {
  const times = [];
  const ask = async () => {
    const { ask: send, close } = connection(url);
    const { status } = await send(Buffer.from('GET /health HTTP/1.1\r\nHost: bench\r\n\r\n'));
    close();
    return status === 200;
  };
  await ask();
  console.log('begun');
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const before = performance.now();
    const computed = await mainThreadSeconds(pid);
    const isWell = await ask().catch(() => false);
    const own = 1000 * ((await mainThreadSeconds(pid)) - computed);
    times.push(isWell ? [performance.now() - before, own] : [30_000, 30_000]);
    await sleep(100);
  }
  console.log(JSON.stringify(times));
}

async function startProbe(url) {
  const args = [fileURLToPath(import.meta.url), '--probe', url, String(server.pid), String(seconds)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return async () => JSON.parse((await lines.next()).value);
}

async function watcher() {
  while (performance.now() < end) {
    memory.push(await residentBytes(server.pid));
    await sleep(100);
  }
  return Promise.all(probes.map((answers) => answers()));
}

const [[floodPort, healthPort]] = await Promise.all([
  watcher(),
  ...Array.from({ length: clients }, client),
  ...Array.from({ length: connections }, flooder),
]);
const computed = 1000 * ((await mainThreadSeconds(server.pid)) - computedBefore);
await sleep(1000);
const after = await residentBytes(server.pid);
const status = await server.stop();
const inWords = (times) => {
  const sorted = ascending(times.map(([ms]) => ms));
  return `median ${quantile(sorted, 0.5).toFixed(0)} ms, slowest ${sorted.at(-1)?.toFixed(0)} ms of ${times.length}`;
};
const slowest = (times, which) => Math.max(...times.map((pair) => pair[which]));
const most = Math.max(...memory);
const clientTimes = ascending(waits);
console.log(`${connections} connections with bodies of ${formatBytes(flood.length)}, ${seconds} s`);
console.log(`  memory ${formatBytes(atRest)} at rest, ${formatBytes(most)} at most, ${formatBytes(after)} after it`);
console.log(`  /health on its own port: ${inWords(healthPort)}`);
console.log(
  `  /health on the port of the flood: ${inWords(floodPort)}; ${slowest(floodPort, 1).toFixed(0)} ms of computing at most`,
);
console.log(
  `  the flood got ${JSON.stringify(answers.flood)}, ${clients} healthy clients ${JSON.stringify(answers.client)} after ${quantile(clientTimes, 0.5).toFixed(0)} ms (median), ${clientTimes.at(-1)?.toFixed(0)} ms at most; exit status ${status}`,
);
const answered = Object.values(answers.flood).reduce((sum, count) => sum + count, 0);
console.log(`  the server's main thread computed ${(computed / answered).toFixed(2)} ms for each of the flood`);
// One that waits for its answer has not got it: several clients must have had some, and nothing else than these.
const clientAnswers = Object.entries(answers.client);
const isFair =
  clientAnswers.every(([one]) => ['200', '429'].includes(one)) &&
  clientAnswers.reduce((sum, [, count]) => sum + count, 0) >= clients;
const bounds = {
  memory: Math.max(most, after) - atRest < mostBytesAboveRest,
  answers: isFair && status === 0 && floodPort.length > 0,
  '/health': slowest(healthPort, 0) < slowestHealthMs,
};
const words = Object.entries(bounds).map(([bound, isHeld]) => `${bound} ${isHeld ? 'yes' : 'no'}`);
console.log(`  bounds held: ${words.join(', ')}`);
process.exitCode = Object.values(bounds).every(Boolean) ? 0 : 1;
