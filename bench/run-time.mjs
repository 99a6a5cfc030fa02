/**
 * The run time against its peers with the same INT8 file and the same number of threads:
 *
 *     node bench/run-time.mjs [--threads N] [--rounds N] [--model folder] [--only words] [--json]
 *
 * `--only "512 texts"` runs the tasks whose names hold those words: texts of mixed lengths in no order, where peers pad
 * batches of 32 as they come.
 *
 * "octavec" is what a user gets who asks for nothing. transformers.js takes part if it is installed somewhere and OCTAVEC_PEERS
 * names that folder; onnxruntime, OpenVINO and fastembed for Python, as far as the interpreter that OCTAVEC_PYTHON names has
 * them (`pip install onnxruntime tokenizers openvino fastembed`). Every peer lives in a process of its own; they are measured in turn, round after round, so that what else goes on on the machine meets all
 * alike. Ratios are taken within a round; the table shows their median and the spread.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cpuBudget, readHostFacts } from '../dist/host/index.js';
import { ascending, median, quantile } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { textOf, workloads } from './workload-texts.mjs';

const facts = await readHostFacts();
const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: String(cpuBudget(facts).threads) },
    rounds: { type: 'string', default: '7' },
    model: { type: 'string' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const model = await benchModel(values.model);
const script = fileURLToPath(new URL('run-time-peer.mjs', import.meta.url));

async function start(name) {
  const child = fork(script, [name, model, values.threads], { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
  const ready = await Promise.race([once(child, 'message').then(() => true), once(child, 'exit').then(() => false)]);
  return ready ? { name, child } : undefined;
}

/** A process of Python, with the messages of a forked one. */
async function startPython(name) {
  const python = process.env.OCTAVEC_PYTHON;
  if (python === undefined) {
    return undefined;
  }
  const program = fileURLToPath(new URL('run-time-peer.py', import.meta.url));
  const child = spawn(python, [program, name, model, values.threads], { stdio: ['pipe', 'pipe', 'ignore'] });
  createInterface(child.stdout).on('line', (line) => child.emit('message', JSON.parse(line)));
  const send = (task) => child.stdin.write(`${JSON.stringify(task)}\n`);
  const like = Object.assign(child, { send, disconnect: () => child.stdin.end() });
  const ready = await Promise.race([once(child, 'message').then(() => true), once(child, 'exit').then(() => false)]);
  return ready ? { name, child: like } : undefined;
}

async function ask({ name, child }, task) {
  child.send(task);
  const waiting = new AbortController();
  const event = (name) => once(child, name, { signal: waiting.signal });
  const [answer] = await Promise.race([event('message'), event('exit')]).finally(() => waiting.abort());
  if (typeof answer !== 'object') {
    throw new Error(`${name} ended at "${task.name}"`);
  }
  return answer;
}

const singles = Array.from({ length: 256 }, (_, i) => textOf(8 + ((i * 7) % 25), i));
const tasks = [
  ...Object.entries(workloads).map(([name, texts]) => ({
    name,
    texts,
    repeats: texts.length === 1 ? 100 : 1,
    callers: 0,
    callsEach: 0,
  })),
  { name: '64 callers with single texts', texts: singles, callers: 64, callsEach: 6, repeats: 1 },
].filter(({ name }) => name.includes(values.only));

const names = ['octavec', 'octavec, onnxruntime', 'onnxruntime-node', 'transformers.js'];
const pythonNames = ['onnxruntime (Python)', 'OpenVINO', 'fastembed'];
const started = await Promise.all([...names.map(start), ...pythonNames.map(startPython)]);
const peers = started.filter((peer) => peer !== undefined);
for (const peer of peers) {
  for (const task of tasks) {
    await ask(peer, task);
  }
}

/** results[task][peer] = [{ ms, p99 }] by round */
const results = tasks.map(() => Object.fromEntries(peers.map(({ name }) => [name, []])));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [index, task] of tasks.entries()) {
    for (const peer of peers) {
      let ms = 0;
      const latencies = [];
      for (let repeat = 0; repeat < task.repeats; repeat++) {
        const answer = await ask(peer, task);
        ms += answer.ms / task.repeats;
        latencies.push(...answer.latencies);
      }
      const p99 = latencies.length > 0 ? quantile(ascending(latencies), 0.99) : undefined;
      results[index][peer.name].push({ ms, p99 });
    }
  }
}
for (const { child } of peers) {
  child.disconnect();
}

const summary = tasks.map(({ name, texts, callers, callsEach }, index) => {
  const ofPeer = results[index];
  const count = callers === 0 ? texts.length : callers * callsEach;
  return {
    task: name,
    peers: peers.map((peer) => {
      const runs = ofPeer[peer.name];
      // How many times as fast octavec is as this peer, round by round.
      const ratios = ascending(runs.map(({ ms }, round) => ms / ofPeer.octavec[round].ms));
      return {
        peer: peer.name,
        ms: median(runs.map(({ ms }) => ms)),
        textsPerSecond: (1000 * count) / median(runs.map(({ ms }) => ms)),
        p99: callers === 0 ? undefined : median(runs.map(({ p99 }) => p99)),
        octavecIsTimesAsFast: { median: median(ratios), least: ratios[0], greatest: ratios[ratios.length - 1] },
      };
    }),
  };
});

if (values.json) {
  console.log(JSON.stringify({ host: facts, threads: Number(values.threads), summary }, undefined, 2));
} else {
  const { reason } = cpuBudget(facts);
  console.log(`${facts.cpuModel}, ${reason}; ${values.threads} threads each, ${values.rounds} rounds`);
  console.log(`${facts.cpuFlags.filter((flag) => /^(avx|fma|amx|asimd|i8mm|sve)/.test(flag)).join(' ')}\n`);
  for (const { task, peers } of summary) {
    console.log(task);
    for (const { peer, ms, textsPerSecond, p99, octavecIsTimesAsFast: ratio } of peers) {
      const tail = p99 === undefined ? '' : `   p99 ${p99.toFixed(1)} ms`;
      const times =
        peer === 'octavec'
          ? ''
          : `   octavec ×${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}–${ratio.greatest.toFixed(2)})`;
      console.log(
        `  ${peer.padEnd(21)} ${ms.toFixed(2).padStart(9)} ms ${textsPerSecond.toFixed(0).padStart(6)} texts/s${tail}${times}`,
      );
    }
  }
}
process.exit();
