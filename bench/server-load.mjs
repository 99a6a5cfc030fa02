/**
 * What HTTP costs, and how the server does beside others: `node bench/server-load.mjs [seconds] [--peer <folder>]`.
 *
 * The pool alone and the server run in turn, each in a process of its own, with the load from this one. With `--peer`, a
 * plain server of fastify and transformers.js (see server-peer.mjs) runs in turn with them; both run the same file.
 * Every side runs twice as long as it is measured: in the first half V8 compiles, which takes more than the requests do.
 */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
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
/** The request of each API for a list of texts. */
const apis = {
  'OpenAI, base64': (input) => requestBytes('/v1/embeddings', { input, encoding_format: 'base64' }),
  'OpenAI, floats': (input) => requestBytes('/v1/embeddings', { input }),
  TEI: (inputs) => requestBytes('/embed', { inputs }),
  Ollama: (input) => requestBytes('/api/embed', { model: basename(model), input }),
};
const model = await benchModel();

if (values.pool !== undefined) {
  await runPool(values.pool);
} else {
  await compare();
}

/** Callers in this process, as many as there are connections. */
async function runPool(name) {
  const { Embedder } = await import('octavec');
  const embedder = await Embedder.load(model, { variant: 'int8', engine: /** @type {'auto'} */ (values.engine) });
  const lists = workloads[name];
  const callFor = async () => {
    const end = performance.now() + 1000 * seconds;
    let calls = 0;
    await Promise.all(
      Array.from({ length: connections }, async (_, number) => {
        for (let i = number; performance.now() < end; i += connections) {
          await embedder.embed(lists[i % lists.length]);
          calls++;
        }
      }),
    );
    return calls;
  };
  await callFor();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const calls = await callFor();
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

/** What the server does with the requests of an API, and what it takes. */
async function overHttp(server, requests) {
  await load(server.url, requests, { connections, seconds });
  const before = await cpuSeconds(server.pid);
  const result = await load(server.url, requests, { connections, seconds });
  const cpuMs = (1000 * ((await cpuSeconds(server.pid)) - before)) / result.requests;
  return { ...result, cpuMs };
}

async function compare() {
  const octavec = () => startServer([model, '--variant', 'int8', '--engine', values.engine]);
  const peer = () =>
    startProcess([fileURLToPath(new URL('server-peer.mjs', import.meta.url)), values.peer ?? '', model]);
  let holds = true;
  for (const [name, lists] of Object.entries(workloads)) {
    /** @type {Record<string, any[]>} */
    const sides = {};
    const note = (side, result) => {
      sides[side] = [...(sides[side] ?? []), result];
    };
    for (let round = 0; round < rounds; round++) {
      note('pool', await pool(name));
      const server = await octavec();
      for (const [api, request] of Object.entries(apis)) {
        note(api, await overHttp(server, lists.map(request)));
      }
      await server.stop();
      if (values.peer) {
        const other = await peer();
        note('peer', await overHttp(other, lists.map(apis['OpenAI, floats'])));
        await other.stop();
      }
    }
    const middle = (side, key) => median(sides[side].map((one) => one[key]));
    console.log(
      `${name}, ${connections} at the same time, ${seconds} s a run, ${rounds} rounds (${sides.pool[0].engine}):`,
    );
    for (const side of Object.keys(sides)) {
      const cost = middle(side, 'cpuMs') / middle('pool', 'cpuMs') - 1;
      const more =
        side === 'pool'
          ? ''
          : `   +${(100 * cost).toFixed(0)} %   p50 ${middle(side, 'p50').toFixed(1)} ms   p99 ${middle(side, 'p99').toFixed(1)} ms`;
      console.log(
        `  ${side.padEnd(15)} ${middle(side, 'perSecond').toFixed(1).padStart(8)} requests/s   ${middle(side, 'cpuMs').toFixed(2)} ms of CPU each${more}`,
      );
      holds &&= side === 'pool' || side === 'peer' || cost < mostCost;
    }
    if (values.peer) {
      const [speed, wait] = [
        middle('OpenAI, base64', 'perSecond') / middle('peer', 'perSecond'),
        middle('OpenAI, base64', 'p99') / middle('peer', 'p99'),
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
