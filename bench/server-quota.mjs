/**
 * A server on a small plan: `node bench/server-quota.mjs [CPUs] [MB] [seconds] [args of serve]` (0.5 CPU, 256 MB, 20 s by
 * default). Needs the right to make control groups, version 1 or 2 (root on a machine of one's own).
 */
import { access, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchModel } from './bench-model.mjs';
import { load, requestBytes } from './http-load.mjs';
import { startServer } from './server-process.mjs';
import { textOf } from './workload-texts.mjs';

const [cpus = '0.5', megabytes = '256', seconds = '20', ...args] = process.argv.slice(2);
const root = '/sys/fs/cgroup';
const isSecond = await access(join(root, 'cgroup.controllers')).then(
  () => true,
  () => false,
);
const name = `octavec-server-${process.pid}`;
const folders = isSecond ? [join(root, name)] : [join(root, 'cpu', name), join(root, 'memory', name)];
const limits = isSecond
  ? { 'cpu.max': `${Number(cpus) * 100_000} 100000`, 'memory.max': `${Number(megabytes) * 2 ** 20}` }
  : { 'cpu.cfs_quota_us': `${Number(cpus) * 100_000}`, 'memory.limit_in_bytes': `${Number(megabytes) * 2 ** 20}` };

for (const folder of folders) {
  await mkdir(folder);
}
try {
  for (const [file, value] of Object.entries(limits)) {
    const folder = file.startsWith('cpu') ? folders[0] : folders[folders.length - 1];
    await writeFile(join(folder, file), value);
  }
  await measure();
} finally {
  for (const folder of folders) {
    await rmdir(folder).catch(() => undefined);
  }
}

async function measure() {
  const model = args.find((arg) => !arg.startsWith('-')) ?? (await benchModel());
  const rest = args.length > 0 ? args : [model, '--variant', 'int8'];
  const server = await startServer(rest, { group: folders.map((folder) => join(folder, 'cgroup.procs')) });
  console.log(`${cpus} CPUs, ${megabytes} MB; ready after ${server.startMs.toFixed(0)} ms`);
  const singles = Array.from({ length: 64 }, (_, i) => requestBytes('/v1/embeddings', { input: textOf(16, i) }));
  const lists = Array.from({ length: 8 }, (_, i) =>
    requestBytes('/v1/embeddings', { input: Array.from({ length: 32 }, (_, j) => textOf(128, 32 * i + j)) }),
  );
  /** @type {[string, Buffer[], number][]} */
  const loads = [
    ['single texts of 16 tokens, 1 connection', singles, 1],
    ['single texts of 16 tokens, 8 connections', singles, 8],
    ['32 texts of 128 tokens, 4 connections', lists, 4],
  ];
  for (const [what, requests, connections] of loads) {
    const { perSecond, p50, p99, statuses } = await load(server.url, requests, {
      connections,
      seconds: Number(seconds),
    });
    console.log(
      `  ${what.padEnd(41)} ${perSecond.toFixed(1).padStart(7)} requests/s   p50 ${p50.toFixed(0)} ms   p99 ${p99.toFixed(0)} ms   ${JSON.stringify(statuses)}`,
    );
  }
  const folder = folders[folders.length - 1];
  const peak = await readFile(join(folder, isSecond ? 'memory.peak' : 'memory.max_usage_in_bytes'), 'utf8').catch(
    () => 'NaN',
  );
  const stat = await readFile(join(folder, 'memory.stat'), 'utf8');
  const own = /^(?:anon|rss) (\d+)/m.exec(stat)?.[1];
  const status = await server.stop();
  console.log(
    `  memory of the group: ${(Number(own) / 2 ** 20).toFixed(0)} MB of its own, ${(Number(peak) / 2 ** 20).toFixed(0)} MB with cached files at most; exit status ${status}`,
  );
  process.exitCode = status === 0 ? 0 : 1;
}
