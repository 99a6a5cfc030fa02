/**
 * A flood of large bodies: `node bench/server-flood.mjs [connections] [seconds] [bytes]` (2,000 connections, 20 s,
 * 2,000,000 bytes by default). Memory must stay under a bound, /health must answer within a second, and other clients must
 * get answers or be told to come again.
 */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { formatBytes } from '../dist/base/index.js';
import { ascending, quantile } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { connection, requestBytes } from './http-load.mjs';
import { residentBytes, startServer } from './server-process.mjs';
import { textOf } from './workload-texts.mjs';

if (process.argv[2] === '--probe') {
  console.log(JSON.stringify(await probe(process.argv[3], Number(process.argv[4]))));
  process.exit();
}
const [connections = 2000, seconds = 20, size = 2_000_000] = process.argv.slice(2).map(Number);
/** Bodies take 32 MB at most; a body that is parsed takes several times its size. */
const mostBytes = 1024 * 2 ** 20;
const slowestHealthMs = 1000;

const server = await startServer([await benchModel(), '--variant', 'int8']);
const line = textOf(120);
const input = Array.from({ length: Math.floor((size - 100) / (line.length + 3)) }, () => line);
const flood = requestBytes('/v1/embeddings', { input: input.slice(0, 2048) });
const single = requestBytes('/v1/embeddings', { input: 'a text of a client like any other' });
const atRest = await residentBytes(server.pid);
const end = performance.now() + 1000 * seconds;
const answers = { flood: {}, client: {} };
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

async function client() {
  while (performance.now() < end) {
    const { ask, close } = connection(server.url);
    await ask(single).then(
      ({ status }) => note('client', status),
      (error) => note('client', error.code ?? 'closed'),
    );
    close();
    await sleep(50);
  }
}

/** Asks for /health from a process of its own: this one is busy with its flood. */
async function probe(url, until) {
  const times = [];
  while (Date.now() < until) {
    const before = performance.now();
    const signal = AbortSignal.timeout(30_000);
    const isWell = await fetch(`${url}/health`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    times.push(isWell ? performance.now() - before : 30_000);
    await sleep(100);
  }
  return times;
}

async function watcher() {
  const until = String(Date.now() + end - performance.now());
  const prober = promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), '--probe', server.url, until]);
  while (performance.now() < end) {
    memory.push(await residentBytes(server.pid));
    await sleep(100);
  }
  return JSON.parse((await prober).stdout);
}

const [health] = await Promise.all([watcher(), client(), ...Array.from({ length: connections }, flooder)]);
await sleep(1000);
const after = await residentBytes(server.pid);
const status = await server.stop();
const sorted = ascending(health);
const most = Math.max(...memory);
console.log(`${connections} connections with bodies of ${formatBytes(flood.length)}, ${seconds} s`);
console.log(`  memory ${formatBytes(atRest)} at rest, ${formatBytes(most)} at most, ${formatBytes(after)} after it`);
console.log(
  `  /health: median ${quantile(sorted, 0.5).toFixed(0)} ms, slowest ${sorted.at(-1)?.toFixed(0)} ms of ${health.length}`,
);
console.log(
  `  the flood got ${JSON.stringify(answers.flood)}, another client ${JSON.stringify(answers.client)}; exit status ${status}`,
);
const isFair = Object.keys(answers.client).every((one) => ['200', '429'].includes(one));
process.exitCode = most < mostBytes && Number(sorted.at(-1)) < slowestHealthMs && isFair && status === 0 ? 0 : 1;
