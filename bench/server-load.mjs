/**
 * What HTTP costs, and how the server does beside others: `node bench/server-load.mjs [seconds] [--peer <folder>]`.
 *
 * The pool alone and the server run in turn, each in a process of its own, with the load from this one. With `--peer`, a
 * plain server of fastify and transformers.js (see server-peer.mjs) runs in turn with them; both run the same file.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { connection, load, requestBytes } from './http-load.mjs';
import { cpuSeconds, startProcess, startServer } from './server-process.mjs';
import { textOf } from './workload-texts.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { peer: { type: 'string' }, pool: { type: 'string' }, engine: { type: 'string', default: 'auto' } },
});
const seconds = Number(positionals[0] ?? 8);
const rounds = 3;
const connections = 64;
const mostCost = 0.15;
const workloads = {
  'single texts of 16 tokens': Array.from({ length: 64 }, (_, i) => [textOf(16, i)]),
  '32 texts of 64 tokens': Array.from({ length: 8 }, (_, i) =>
    Array.from({ length: 32 }, (_, j) => textOf(64, 32 * i + j)),
  ),
};
const model = await benchModel();

if (values.pool !== undefined) {
  await runPool(values.pool);
} else {
  await compare();
}

/** Callers in this process, as many as there are connections. */
async function runPool(name) {
  const { Embedder } = await import('../dist/index.js');
  const embedder = await Embedder.load(model, { variant: 'int8', engine: /** @type {'auto'} */ (values.engine) });
  const lists = workloads[name];
  await Promise.all(lists.map((list) => embedder.embed(list)));
  let calls = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, number) => {
      for (let i = number; performance.now() - start < 1000 * seconds; i += connections) {
        await embedder.embed(lists[i % lists.length]);
        calls++;
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  const { name: engine, workers, threadsPerWorker } = embedder.engine;
  console.log(
    JSON.stringify({
      perSecond: (1000 * calls) / (performance.now() - start),
      cpuMs: (user + system) / 1000 / calls,
      engine: `${engine}, ${workers} × ${threadsPerWorker} threads`,
    }),
  );
  process.exit();
}

async function pool(name) {
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), String(seconds), '--pool', name, '--engine', values.engine],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
  }
  return JSON.parse(output);
}

async function overHttp(start, lists) {
  const server = await start();
  const requests = lists.map((input) => requestBytes('/v1/embeddings', { input, encoding_format: 'base64' }));
  await load(server.url, requests, { connections, seconds: 1 });
  const before = await cpuSeconds(server.pid);
  const result = await load(server.url, requests, { connections, seconds });
  const cpuMs = (1000 * ((await cpuSeconds(server.pid)) - before)) / result.requests;
  await server.stop();
  return { ...result, cpuMs };
}

async function compare() {
  const octavec = () => startServer([model, '--variant', 'int8', '--engine', values.engine]);
  const peer = () =>
    startProcess([fileURLToPath(new URL('server-peer.mjs', import.meta.url)), values.peer ?? '', model]);
  let holds = true;
  for (const [name, lists] of Object.entries(workloads)) {
    /** @type {Record<string, any[]>} */
    const sides = { pool: [], server: [], ...(values.peer && { peer: [] }) };
    for (let round = 0; round < rounds; round++) {
      sides.pool.push(await pool(name));
      sides.server.push(await overHttp(octavec, lists));
      sides.peer?.push(await overHttp(peer, lists));
    }
    const middle = (side, key) => median(sides[side].map((one) => one[key]));
    console.log(
      `${name}, ${connections} at the same time, ${seconds} s a run, ${rounds} rounds (${sides.pool[0].engine}):`,
    );
    for (const side of Object.keys(sides)) {
      const times =
        side === 'pool' ? '' : `   p50 ${middle(side, 'p50').toFixed(1)} ms   p99 ${middle(side, 'p99').toFixed(1)} ms`;
      console.log(
        `  ${side.padEnd(7)} ${middle(side, 'perSecond').toFixed(1).padStart(8)} requests/s   ${middle(side, 'cpuMs').toFixed(2)} ms of CPU each${times}`,
      );
    }
    const cost = middle('server', 'cpuMs') / middle('pool', 'cpuMs') - 1;
    console.log(`  HTTP costs ${(100 * cost).toFixed(0)} % of CPU time`);
    holds &&= cost < mostCost;
    if (values.peer) {
      const [speed, wait] = [
        middle('server', 'perSecond') / middle('peer', 'perSecond'),
        middle('server', 'p99') / middle('peer', 'p99'),
      ];
      console.log(`  against the peer: ${speed.toFixed(2)} × the throughput, ${wait.toFixed(2)} × the p99`);
    }
  }
  const starts = [];
  for (let i = 0; i < 5; i++) {
    const server = await octavec();
    const before = performance.now();
    const { ask, close } = connection(server.url);
    await ask(requestBytes('/v1/embeddings', { input: 'first' }));
    starts.push(server.startMs + performance.now() - before);
    close();
    await server.stop();
  }
  console.log(`from the start to the first answer: ${median(starts).toFixed(0)} ms (median of 5)`);
  process.exitCode = holds ? 0 : 1;
}
