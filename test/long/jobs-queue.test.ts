import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishJob, openJob } from '#rooms/jobs';
import { freePort } from '../support/free-port.js';

/** Needs a redis-server on the path (`apt-get install redis-server`). */
const hasRedis = (() => {
  try {
    execFileSync('redis-server', ['--version']);
    return true;
  } catch {
    console.warn('redis-server is not installed: the queue of jobs is not tested');
    return false;
  }
})();

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const embedDoor = pathToFileURL(fileURLToPath(new URL('../../dist/embed/index.js', import.meta.url))).href;
const model = fileURLToPath(new URL('../fixtures/static/clustered', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'octavec-queue-'));
const rows = Number(process.env.OCTAVEC_TEST_ROWS ?? 1_000_000);

let port: number;
let redis: ChildProcess;
/** Without persistence: what was in the queue is gone when it starts again. */
function startRedis(): void {
  redis = spawn('redis-server', ['--port', `${port}`, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
}
beforeAll(async () => {
  port = await freePort();
  if (hasRedis) {
    startRedis();
    await sleep(500);
  }
});
afterAll(() => {
  redis?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `redis://127.0.0.1:${port}`;
const octavec = (...args: string[]) => execFileSync(process.execPath, [main, ...args], { encoding: 'utf8' });

interface Worker {
  readonly child: ChildProcess;
  readonly lines: string[];
}

function startWorker(job: string, work: string, env: NodeJS.ProcessEnv = {}): Worker {
  const args = [main, 'jobs', 'work', job, '--redis', url(), '--work', work, '--threads', '1', '--json'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const lines: string[] = [];
  child.stdout?.on('data', (data: Buffer) => lines.push(...data.toString().split('\n').filter(Boolean)));
  return { child, lines };
}

const ended = ({ child }: Worker) => child.exitCode !== null || child.signalCode !== null;

describe.skipIf(!hasRedis)('workers on a queue', () => {
  test('killed, stopped and without their queue for a while do every row once', { timeout: 3_600_000 }, async () => {
    const corpus = join(folder, 'corpus.jsonl');
    const lines = Array.from({ length: rows }, (_, i) =>
      JSON.stringify({ id: i, text: `row ${i} of words ${i % 97}` }),
    );
    lines[Math.floor(rows / 3)] = '{"text": ';
    lines[Math.floor(rows / 2)] = '{"id": 5}';
    writeFileSync(corpus, `${lines.join('\n')}\n`);
    const job = join(folder, 'vectors');
    const alone = join(folder, 'alone');
    const perShard = `${Math.ceil(rows / 40)}`;
    for (const out of [job, alone]) {
      octavec('jobs', 'plan', corpus, '--model', model, '--out', out, '--rows-per-shard', perShard);
    }
    octavec('jobs', 'enqueue', job, '--redis', url());
    const work = join(folder, 'work');
    const workers = Array.from({ length: 4 }, () => startWorker(job, work));
    const done = () => readdirSync(join(job, '_commits')).length;
    let stopped: Worker | undefined;
    let isRestarted = false;
    let kills = 0;
    for (let second = 1; !workers.every(ended); second++) {
      await sleep(1000);
      const shards = readdirSync(job).includes('_commits') ? done() : 0;
      if (stopped === undefined && shards >= 5) {
        stopped = workers[3];
        stopped.child.kill('SIGSTOP');
      }
      if (!isRestarted && shards >= 12) {
        redis.kill('SIGKILL');
        await sleep(1000);
        startRedis();
        isRestarted = true;
      }
      if (second % 10 === 0 && shards < 40) {
        const victim = workers[kills % 3];
        victim.child.kill('SIGKILL');
        workers[kills++ % 3] = startWorker(job, work);
      }
      if (stopped !== undefined && (shards === 40 || second > 600)) {
        stopped.child.kill('SIGCONT');
      }
    }
    expect(isRestarted).toBe(true);
    const manifest = await finishJob(await openJob(job));
    expect(manifest).toMatchObject({ rows: rows - 2, quarantined: 2 });
    const quarantine = readFileSync(join(job, '_quarantine.jsonl'), 'utf8').trim().split('\n');
    expect(quarantine.map((line) => JSON.parse(line).place)).toEqual([
      `line ${Math.floor(rows / 3) + 1}`,
      `line ${Math.floor(rows / 2) + 1}`,
    ]);
    // The same as one process alone, to the bit.
    const single = startWorker(alone, join(folder, 'work-alone'));
    octavec('jobs', 'enqueue', alone, '--redis', url());
    while (!ended(single)) {
      await sleep(200);
    }
    const whole = await finishJob(await openJob(alone));
    expect(manifest.parts.map(({ sha256 }) => sha256)).toEqual(whole.parts.map(({ sha256 }) => sha256));
  });

  test('find the rows that crash them', { timeout: 1_200_000 }, async () => {
    const crash = join(folder, 'crash.mjs');
    writeFileSync(
      crash,
      `import { Embedder } from '${embedDoor}';
const { stream } = Embedder.prototype;
Embedder.prototype.stream = function (items, options) {
  const watched = async function* () {
    for await (const item of items) {
      if (JSON.stringify(item).includes('POISON')) process.abort();
      yield item;
    }
  };
  return stream.call(this, watched(), options);
};
`,
    );
    const corpus = join(folder, 'poison.txt');
    const texts = Array.from({ length: 3000 }, (_, i) => (i === 1234 ? 'POISON' : `text ${i}`));
    writeFileSync(corpus, `${texts.join('\n')}\n`);
    const job = join(folder, 'poisoned');
    octavec('jobs', 'plan', corpus, '--model', model, '--out', job, '--rows-per-shard', '1000');
    octavec('jobs', 'enqueue', job, '--redis', url());
    const env = { NODE_OPTIONS: `--import ${pathToFileURL(crash).href}` };
    let worker = startWorker(job, join(folder, 'work-poison'), env);
    let starts = 1;
    for (; worker.child.exitCode !== 0; ) {
      await sleep(500);
      if (ended(worker) && worker.child.exitCode !== 0) {
        worker = startWorker(job, join(folder, 'work-poison'), env);
        starts++;
      }
      expect(starts).toBeLessThan(10);
    }
    expect(starts).toBe(4);
    const manifest = await finishJob(await openJob(job));
    expect(manifest).toMatchObject({ rows: 2999, quarantined: 1 });
    expect(JSON.parse(readFileSync(join(job, '_quarantine.jsonl'), 'utf8'))).toMatchObject({
      place: 'line 1235',
      reason: expect.stringContaining('SIGABRT'),
    });
  });

  test('hand a shard back at SIGTERM', { timeout: 120_000 }, async () => {
    const corpus = join(folder, 'small.txt');
    writeFileSync(corpus, Array.from({ length: 2000 }, (_, i) => `text ${i}`).join('\n'));
    const job = join(folder, 'ended');
    octavec('jobs', 'plan', corpus, '--model', model, '--out', job, '--rows-per-shard', '50');
    const worker = startWorker(job, join(folder, 'work-ended'));
    while (worker.lines.length === 0) {
      await sleep(10);
    }
    worker.child.kill('SIGTERM');
    const started = Date.now();
    while (!ended(worker)) {
      await sleep(100);
    }
    expect(worker.child.exitCode).toBe(143);
    expect(Date.now() - started).toBeLessThan(20_000);
    // Another worker does the rest.
    const next = startWorker(job, join(folder, 'work-ended'));
    while (!ended(next)) {
      await sleep(100);
    }
    expect(next.child.exitCode).toBe(0);
    expect(await finishJob(await openJob(job))).toMatchObject({ rows: 2000 });
  });
});
