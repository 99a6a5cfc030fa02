/** `octavec serve` in a process of its own, for the programs about the server. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const commandLine = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/**
 * Starts a server on a free port, and waits until it answers.
 *
 * @param {readonly string[]} args of `octavec serve`
 * @param {{ group?: readonly string[] }} [options] files of control groups that the process joins
 */
export async function startServer(args, { group = [] } = {}) {
  return startProcess([commandLine, 'serve', ...args, '--port', '0'], { group, isReady: /^ready$/m });
}

/** Any server that says on standard error where it listens ("listening on http://…"), and when it is ready. */
export async function startProcess(
  args,
  { group = /** @type {readonly string[]} */ ([]), isReady = /listening on/ } = {},
) {
  const join = group.map((file) => `echo $$ > "${file}" && `).join('');
  const spawned = performance.now();
  const child = spawn('/bin/sh', ['-c', `${join}exec "$0" "$@"`, process.execPath, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  let output = '';
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      output += chunk;
      isReady.test(output) && resolve(undefined);
    });
    ended.then((status) => reject(new Error(`the server ended with ${status}: ${output}`)));
  });
  const [, url] = /listening on (\S+)/.exec(output) ?? [];
  const pid = /** @type {number} */ (child.pid);
  return {
    url,
    pid,
    ended,
    startMs: performance.now() - spawned,
    output: () => output,
    kill: (signal) => child.kill(signal),
    /** @returns its exit status, or the signal that ended it */
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Processes that a process has started. */
export async function childrenOf(pid) {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Resident bytes of a process and of those that it has started. */
export async function residentBytes(pid) {
  const pids = [pid, ...(await childrenOf(pid))];
  const sizes = await Promise.all(
    pids.map(async (one) => {
      const status = await readFile(`/proc/${one}/status`, 'utf8').catch(() => '');
      return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    }),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** Seconds of CPU time that the main thread of a process has taken: in Node the one that all requests go through. */
export async function mainThreadSeconds(pid) {
  return ticksOf(await readFile(`/proc/${pid}/task/${pid}/stat`, 'utf8')) / 100;
}

/** Seconds of CPU time that a process and those that it has started have taken. */
export async function cpuSeconds(pid) {
  const pids = [pid, ...(await childrenOf(pid))];
  const ticks = await Promise.all(
    pids.map(async (one) => ticksOf(await readFile(`/proc/${one}/stat`, 'utf8').catch(() => ''))),
  );
  return ticks.reduce((sum, one) => sum + one, 0) / 100;
}

/** Time in user and in system mode, as proc(5) has it. */
function ticksOf(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}
