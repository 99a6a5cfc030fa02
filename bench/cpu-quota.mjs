/**
 * Throughput and latency under a CPU quota, octavec's own choice of threads against ONNX Runtime's default:
 *
 *     node bench/cpu-quota.mjs [quota in CPUs, 0.5 by default] [seconds]
 *
 * Needs the right to make a control group (root on a machine of one's own, or a container with its cgroup writable),
 * version 1 or 2. Each side runs in a process of its own inside the group, one after the other, in rounds.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ascending, median, quantile } from '../dist/numbers/index.js';
import { benchModel } from './bench-model.mjs';
import { textOf } from './workload-texts.mjs';

const [first = '0.5', seconds = '20', side] = process.argv.slice(2);

if (side !== undefined) {
  await runSide(first, side);
} else {
  await compare(Number(first));
}

async function compare(quota) {
  const model = await benchModel();
  const rows = { octavec: [], 'default threads': [] };
  for (let round = 0; round < 3; round++) {
    for (const side of Object.keys(rows)) {
      rows[side].push(await inGroup(quota, [fileURLToPath(import.meta.url), model, seconds, side]));
    }
  }
  console.log(`quota of ${quota} CPUs, single texts of 16 tokens one after the other, ${seconds} s a run, 3 rounds`);
  const middle = (side, key) => median(rows[side].map((row) => row[key]));
  for (const side of Object.keys(rows)) {
    const { threads, throttled } = rows[side][0];
    console.log(
      `  ${side.padEnd(16)} ${middle(side, 'perSecond').toFixed(1).padStart(7)} texts/s   p50 ${middle(side, 'p50').toFixed(1)} ms   p99 ${middle(side, 'p99').toFixed(1)} ms   ${threads}   throttled ${throttled.toFixed(1)} s`,
    );
  }
  const ratio = (key) => (middle('octavec', key) / middle('default threads', key)).toFixed(2);
  console.log(`  octavec: ${ratio('perSecond')} × the throughput, ${ratio('p99')} × the p99`);
}

/** Runs this program's other side in a control group of its own. */
async function inGroup(quota, args) {
  const group = await makeGroup(quota);
  try {
    const child = spawn(
      '/bin/sh',
      ['-c', `echo $$ > "${group.path}/cgroup.procs" && exec "$0" "$@"`, process.execPath, ...args],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const status = await new Promise((resolve) => child.once('exit', resolve));
    if (status !== 0) {
      throw new Error(`the run in the group ended with exit status ${status}`);
    }
    return { ...JSON.parse(output), throttled: await group.throttledSeconds() };
  } finally {
    await rmdir(group.path);
  }
}

async function makeGroup(quota) {
  const name = `octavec-bench-${process.pid}`;
  const second = join('/sys/fs/cgroup', name);
  const isSecond = await readFile('/sys/fs/cgroup/cgroup.controllers').then(
    () => true,
    () => false,
  );
  const path = isSecond ? second : join('/sys/fs/cgroup/cpu', name);
  await mkdir(path);
  if (isSecond) {
    await writeFile(join(path, 'cpu.max'), `${Math.round(quota * 100_000)} 100000`);
  } else {
    await writeFile(join(path, 'cpu.cfs_quota_us'), `${Math.round(quota * 100_000)}`);
  }
  const throttledSeconds = async () => {
    const stat = await readFile(join(path, 'cpu.stat'), 'utf8');
    const [, key, value] = /^(throttled_usec|throttled_time) (\d+)$/m.exec(stat) ?? [];
    return Number(value ?? 0) / (key === 'throttled_usec' ? 1e6 : 1e9);
  };
  return { path, throttledSeconds };
}

async function runSide(model, side) {
  const texts = Array.from({ length: 64 }, (_, i) => textOf(16, i));
  const { embed, threads } = side === 'octavec' ? await octavec(model) : await plain(model);
  await embed(texts[0]);
  const latencies = [];
  const start = performance.now();
  while (performance.now() - start < 1000 * Number(seconds)) {
    const before = performance.now();
    await embed(texts[latencies.length % texts.length]);
    latencies.push(performance.now() - before);
  }
  const sorted = ascending(latencies);
  const perSecond = (1000 * latencies.length) / (performance.now() - start);
  console.log(JSON.stringify({ perSecond, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), threads }));
  process.exit();
}

async function octavec(model) {
  const { Embedder } = await import('octavec');
  const embedder = await Embedder.load(model, { variant: 'int8' });
  const { workers, threadsPerWorker, threadsReason } = embedder.engine;
  return {
    embed: (text) => embedder.embed([text]),
    threads: `${workers} × ${threadsPerWorker} threads (${threadsReason})`,
  };
}

/** A session as ONNX Runtime makes it when it is asked for nothing. */
async function plain(model) {
  const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default;
  const { Tokenizer } = (await import('tokenizers')).default;
  const tokenizer = Tokenizer.fromFile(join(model, 'tokenizer.json'));
  const session = await InferenceSession.create(join(model, 'onnx/model_int8.onnx'));
  const embed = async (text) => {
    const ids = (await tokenizer.encode(text)).getIds();
    const tensor = (values) => new Tensor('int64', BigInt64Array.from(values), [1, ids.length]);
    await session.run({
      input_ids: tensor(ids.map(BigInt)),
      attention_mask: tensor(ids.map(() => 1n)),
      token_type_ids: tensor(ids.map(() => 0n)),
    });
  };
  return { embed, threads: 'as many threads as CPUs' };
}
