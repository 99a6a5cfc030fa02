/**
 * The run time against its peers with the same INT8 file and the same number of threads:
 *
 *     node bench/run-time.mjs [--threads N] [--rounds N] [--mixed N] [--model folder] [--only words] [--json]
 *
 * `--only "in no order"` runs the tasks whose names hold those words: texts of mixed lengths (512, or `--mixed`), where
 * peers pad batches of 32 as they come.
 *
 * "octavec" is what a user gets who asks for nothing. transformers.js takes part if it is installed somewhere and OCTAVEC_PEERS
 * names that folder; onnxruntime, OpenVINO and fastembed for Python, as far as the interpreter that OCTAVEC_PYTHON names has
 * them (`pip install onnxruntime tokenizers openvino fastembed`). Every peer lives in a process of its own; they are measured in turn, round after round, so that what else goes on on the machine meets all
 * alike. Ratios are taken within a round; the table shows their median and the spread. CPU time is that of all threads of the
 * peer: on a machine that has other things to do it says more than the time that passes, but counts threads that spin.
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
    mixed: { type: 'string', default: '512' },
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
  ...Object.entries(workloads(Number(values.mixed))).map(([name, texts]) => ({
    name,
    texts,
    repeats: texts.length === 1 ? 100 : 1,
    callers: 0,
    callsEach: 0,
  })),
  { name: 'one caller with single texts', texts: singles, callers: 1, callsEach: 128, repeats: 1 },
  { name: 'two callers with single texts', texts: singles, callers: 2, callsEach: 64, repeats: 1 },
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

/** results[task][peer] = [{ ms, cpuMs, p50, p99 }] by round */
const results = tasks.map(() => Object.fromEntries(peers.map(({ name }) => [name, []])));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [index, task] of tasks.entries()) {
    for (const peer of peers) {
      let ms = 0;
      let cpuMs = 0;
      const latencies = [];
      for (let repeat = 0; repeat < task.repeats; repeat++) {
        const answer = await ask(peer, task);
        ms += answer.ms / task.repeats;
        cpuMs += answer.cpuMs / task.repeats;
        latencies.push(...answer.latencies);
      }
      const sorted = ascending(latencies);
      const [p50, p99] = sorted.length > 0 ? [quantile(sorted, 0.5), quantile(sorted, 0.99)] : [];
      results[index][peer.name].push({ ms, cpuMs, p50, p99 });
    }
  }
}
for (const { child } of peers) {
  child.disconnect();
}

function spread(ratios) {
  const sorted = ascending(ratios);
  return { median: median(sorted), least: sorted[0], greatest: sorted[sorted.length - 1] };
}

const summary = tasks.map(({ name, texts, callers, callsEach }, index) => {
  const ofPeer = results[index];
  const count = callers === 0 ? texts.length : callers * callsEach;
  return {
    task: name,
    peers: peers.map((peer) => {
      const runs = ofPeer[peer.name];
      // How many times as fast octavec is as this peer, round by round.
      const ratiosOf = (key) => spread(runs.map((run, round) => run[key] / ofPeer.octavec[round][key]));
      return {
        peer: peer.name,
        ms: median(runs.map(({ ms }) => ms)),
        cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
        textsPerSecond: (1000 * count) / median(runs.map(({ ms }) => ms)),
        p50: callers === 0 ? undefined : median(runs.map(({ p50 }) => p50)),
        p99: callers === 0 ? undefined : median(runs.map(({ p99 }) => p99)),
        octavecIsTimesAsFast: ratiosOf('ms'),
        timesTheCpu: ratiosOf('cpuMs'),
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
    for (const { peer, ms, cpuMs, textsPerSecond, p50, p99, octavecIsTimesAsFast, timesTheCpu } of peers) {
      const tail = p99 === undefined ? '' : `   p50 ${p50?.toFixed(1)} p99 ${p99.toFixed(1)} ms`;
      const said = ({ median: middle, least, greatest }) =>
        `×${middle.toFixed(2)} (${least.toFixed(2)}–${greatest.toFixed(2)})`;
      const times = peer === 'octavec' ? '' : `   octavec ${said(octavecIsTimesAsFast)}, CPU ${said(timesTheCpu)}`;
      const cpu = `${cpuMs.toFixed(2)} ms of CPU`;
      console.log(
        `  ${peer.padEnd(21)} ${ms.toFixed(2).padStart(9)} ms ${cpu.padStart(19)} ${textsPerSecond.toFixed(0).padStart(6)} texts/s${tail}${times}`,
      );
    }
  }
}
process.exit();
