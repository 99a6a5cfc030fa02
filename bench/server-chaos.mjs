/**
 * A server under everything at once: `node bench/server-chaos.mjs [seconds] [seed]` (600 s by default).
 *
 * Clients of three protocols ask, go away, and send what is broken; every 5 s a worker gets SIGKILL, the model is
 * replaced once, keys are written anew. No vector may be wrong, every request must end with an answer, and memory must
 * be flat. Where there is too little of the machine for all of it, requests may be given up after their minute, if they are
 * told so. The program ends with status 1 where that does not hold.
 */
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes } from '../dist/base/index.js';
import { median } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { childrenOf, residentBytes, startServer } from './server-process.mjs';
import { textOf } from './workload-texts.mjs';

const seconds = Number(process.argv[2] ?? 600);
const clients = 16;
const killEveryMs = 5000;
/** A request that takes longer hangs. */
const hangsAfterMs = 120_000;
/** Memory of the last quarter against the second. */
const mostGrowth = 1.25;

let state = Number(process.argv[3] ?? 1) >>> 0;
/** Numbers from 0 to 1, the same ones for the same seed. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let x = Math.imul(state ^ (state >>> 15), state | 1);
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
  return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
}

const folder = await mkdtemp(join(tmpdir(), 'octavec-chaos-'));
const model = join(folder, 'minilm');
await cp(await benchModel(), model, { recursive: true });
const onnx = join(model, 'onnx/model.onnx');
const keys = join(folder, 'keys.txt');
const ours = 'key-of-the-clients';
await writeFile(keys, `${ours}\n`);
const server = await startServer([
  ...[model, '--variant', 'fp32', '--isolation', 'process', '--workers', '2', '--threads', '1'],
  ...['--api-key-file', keys],
]);

const headers = { authorization: `Bearer ${ours}`, 'content-type': 'application/json' };
const texts = Array.from({ length: 48 }, (_, i) => textOf(4 + ((i * 13) % 60), i));
/** @type {readonly [path: string, bodyOf: (texts: any) => object, pick: (body: any) => number[][]][]} */
const protocols = [
  ['/v1/embeddings', (input) => ({ input }), ({ data }) => data.map(({ embedding }) => embedding)],
  ['/embed', (inputs) => ({ inputs }), (body) => body],
  ['/api/embed', (input) => ({ model: 'minilm', input }), ({ embeddings }) => embeddings],
];
const expected = new Map();
for (const text of texts) {
  const [[vector]] = [await vectorsOf(await post('/embed', { inputs: text }), (body) => body)];
  expected.set(text, vector);
}

const count = {
  right: 0,
  refused: 0,
  late: 0,
  wrong: 0,
  lost: 0,
  hung: 0,
  broken: 0,
  accepted: 0,
  left: 0,
  kills: 0,
  reloads: 0,
};
/** What was answered besides vectors, and how often. */
const others = {};
function note(answer) {
  others[answer] = (others[answer] ?? 0) + 1;
}
const end = performance.now() + 1000 * seconds;
const memory = [];

async function post(path, body, signal) {
  return fetch(server.url + path, {
    ...{ method: 'POST', headers, signal },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function vectorsOf(response, pick) {
  return pick(await response.json());
}

/** What the server says of a request that it gave up, whatever status that is in the words of the protocol. */
const givenUp = /was not done within \d+ s/;

/** A sound request: its vectors, or an error that says what is the matter. */
async function ask() {
  const [path, bodyOf, pick] = protocols[Math.floor(protocols.length * random())];
  const some = Array.from({ length: 1 + Math.floor(6 * random()) }, () => texts[Math.floor(texts.length * random())]);
  const signal = AbortSignal.timeout(hangsAfterMs);
  const start = performance.now();
  try {
    const response = await post(path, bodyOf(some), signal);
    if (response.status === 200) {
      const vectors = await vectorsOf(response, pick);
      const isRight = some.every((text, i) =>
        expected.get(text).every((value, j) => Math.abs(value - vectors[i][j]) < 1e-3),
      );
      count[isRight && vectors.length === some.length ? 'right' : 'wrong']++;
      return;
    }
    const { error } = /** @type {any} */ (await response.json());
    const said = error?.message ?? error ?? '';
    note(`${response.status} ${said}`);
    // "Come again": a worker has died, or there is too much to do.
    const mayComeAgain = [429, 503].includes(response.status) && said && response.headers.get('retry-after');
    count[mayComeAgain ? 'refused' : givenUp.test(said) ? 'late' : 'wrong']++;
  } catch (thrown) {
    const error = /** @type {any} */ (thrown);
    count[error.name === 'TimeoutError' ? 'hung' : 'lost']++;
    const seconds = Math.round((performance.now() - start) / 10_000) * 10;
    note(`${error.cause?.code ?? error.name} after about ${seconds} s: ${error.cause?.message ?? error.message}`);
  }
}

/** A client that goes away before it has its answer. */
async function leave() {
  const input = Array.from({ length: 200 }, (_, i) => textOf(60, i));
  await post('/v1/embeddings', { input }, AbortSignal.timeout(1 + Math.floor(80 * random()))).catch(() => undefined);
  count.left++;
}

const broken = [
  ['/v1/embeddings', '{"input": '],
  ['/v1/embeddings', { input: 5 }],
  ['/v1/embeddings', { input: ['a', '\ud800'] }],
  ['/v1/embeddings', { input: 'a', dimensions: 99_999 }],
  ['/embed', { inputs: [] }],
  ['/embed', { inputs: 'a', prompt_name: 'none' }],
  ['/api/embed', { input: 'a' }],
  ['/decode', { ids: [99_999_999] }],
  ['/nowhere', {}],
  ['/v1/embeddings', { input: 'a'.repeat(2_100_000) }],
];

/** What is broken must be told so. The server may close the connection of a body that it does not want. */
async function sendBroken() {
  const [path, body] = broken[Math.floor(broken.length * random())];
  const status = await post(path, body, AbortSignal.timeout(hangsAfterMs)).then(
    async (response) => {
      await response.text();
      return response.status;
    },
    (error) => (error.name === 'TimeoutError' ? 0 : 413),
  );
  count[status >= 400 && status < 500 ? 'broken' : 'accepted']++;
}

/** Half a request, and then nothing. */
async function sendHalf() {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  socket.write('POST /embed HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"in');
  await sleep(50 + 200 * random());
  socket.destroy();
}

async function client() {
  while (performance.now() < end) {
    const dice = random();
    await (dice < 0.8 ? ask() : dice < 0.88 ? leave() : dice < 0.97 ? sendBroken() : sendHalf());
  }
}

/** Kills a process. One that has ended by itself in the meantime does not count. */
function kill(pid) {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function killer() {
  while (performance.now() + killEveryMs < end) {
    await sleep(killEveryMs);
    const workers = await childrenOf(server.pid);
    if (workers.length > 0 && kill(workers[Math.floor(workers.length * random())])) {
      count.kills++;
    }
  }
}

async function operator() {
  await sleep(500 * seconds);
  await cp(onnx, `${onnx}.new`);
  await rename(`${onnx}.new`, onnx);
  server.kill('SIGHUP');
  count.reloads++;
  for (let i = 0; performance.now() + 4000 < end; i++) {
    await sleep(3000);
    await writeFile(`${keys}.new`, `${ours}\nother-${i}\n`);
    await rename(`${keys}.new`, keys);
  }
}

async function watcher() {
  while (performance.now() < end) {
    memory.push(await residentBytes(server.pid));
    await sleep(500);
  }
}

await Promise.all([killer(), operator(), watcher(), ...Array.from({ length: clients }, client)]);
const status = await server.stop();
await rm(folder, { recursive: true });

const quarter = Math.floor(memory.length / 4);
const [before, after] = [memory.slice(quarter, 2 * quarter), memory.slice(3 * quarter)].map((part) => median(part));
console.log(
  `${seconds} s, ${clients} clients, ${count.kills} workers killed, model replaced ${count.reloads} times: ` +
    `${count.right} right, ${count.refused} told to come again, ${count.late} given up, ${count.wrong} wrong, ${count.lost} lost, ${count.hung} hung; ` +
    `${count.broken} broken ones refused, ${count.accepted} not; ${count.left} clients left`,
);
console.log(
  `  memory ${formatBytes(before)} then ${formatBytes(after)}, at most ${formatBytes(Math.max(...memory))}; exit status ${status}`,
);
for (const [answer, times] of Object.entries(others)) {
  console.log(`  ${times} × ${answer}`);
}
const holds =
  count.wrong + count.lost + count.hung + count.accepted === 0 &&
  count.right > 0 &&
  after < mostGrowth * before &&
  status === 0;
process.exitCode = holds ? 0 : 1;
