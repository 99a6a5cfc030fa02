import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { isolations } from './link.js';
import { runInThread, WorkerChannel } from './worker-channel.js';

interface Sums {
  start(first: number): string;
  add(numbers: Float32Array): Float32Array;
  wait(ms: number): string;
  refuse(index: number): never;
  stumble(): never;
  end(): never;
  held(): number;
}

const folder = mkdtempSync(join(tmpdir(), 'octavec-channel-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The worker runs the built package, as all workers do. */
const script = pathToFileURL(join(folder, 'worker.mjs'));
writeFileSync(
  script,
  `import { writeFileSync } from 'node:fs';
  import { setTimeout } from 'node:timers/promises';
  import { OctavecError } from ${JSON.stringify(new URL('../../dist/base/index.js', import.meta.url).href)};
  import { givingAway, serveCalls } from ${JSON.stringify(new URL('../../dist/threads/index.js', import.meta.url).href)};

  serveCalls((first) => {
    if (first < 0) {
      throw new OctavecError('TOKENIZER_INVALID', { path: 'words.txt', why: 'it is empty' });
    }
    let sums = new Float32Array(0);
    return {
      ready: 'starts at ' + first,
      answers: {
        add: (numbers) => {
          sums = numbers.map((number) => number + first);
          return givingAway(sums, [sums]);
        },
        wait: async (ms) => {
          await setTimeout(ms);
          return 'waited ' + ms;
        },
        refuse: (index) => {
          throw new OctavecError('TEXT_INVALID', { index, why: 'no' });
        },
        stumble: () => {
          throw new TypeError('x is not a function.');
        },
        end: () => process.exit(7),
        held: () => sums.length,
      },
      close: () => writeFileSync(${JSON.stringify(join(folder, 'closed'))}, 'yes'),
    };
  });`,
);

describe.each(isolations)('a worker in a %s', (isolation) => {
  const open = (first = 10) => new WorkerChannel<Sums>(script, first, { path: 'model.onnx', isolation });

  test('says what it found when it started, and answers', async () => {
    const worker = open();
    expect(await worker.started()).toBe('starts at 10');
    expect(await worker.ask('add', Float32Array.of(1, 2))).toEqual(Float32Array.of(11, 12));
    expect(worker.isAlive).toBe(true);
    await worker.close();
    expect(worker.isAlive).toBe(false);
  });

  test('answers what is asked before it has started, and each as soon as it can', async () => {
    const worker = open();
    const order: string[] = [];
    const asked = [40, 1].map(async (ms) => order.push(await worker.ask('wait', ms)));
    await Promise.all(asked);
    expect(order).toEqual(['waited 1', 'waited 40']);
    await worker.close();
  });

  test('throws the errors of the table as they are, and others with their reason', async () => {
    const worker = open();
    await expect(worker.ask('refuse', 3)).rejects.toMatchObject({
      name: 'OctavecError',
      code: 'TEXT_INVALID',
      details: { index: 3, why: 'no' },
    });
    await expect(worker.ask('stumble', undefined)).rejects.toMatchObject({
      code: 'ENGINE_RUN',
      details: { path: 'model.onnx', why: 'x is not a function' },
    });
    expect(await worker.ask('wait', 0)).toBe('waited 0');
    await worker.close();
  });

  test('throws what cannot be sent to whoever asks it, and goes on', async () => {
    const worker = open();
    const unsendable = (() => 1) as unknown as number;
    const asked = worker.ask('wait', unsendable);
    await expect(asked).rejects.toThrow('could not be cloned');
    expect(await worker.ask('wait', 0)).toBe('waited 0');
    await worker.close();
  });

  test('that cannot be sent its settings is told when it has started', async () => {
    const worker = open((() => 1) as unknown as number);
    await expect(worker.started()).rejects.toThrow('could not be cloned');
    await worker.kill();
  });

  test('ends by itself if it cannot start', async () => {
    const worker = open(-1);
    await expect(worker.started()).rejects.toMatchObject({ code: 'TOKENIZER_INVALID', details: { path: 'words.txt' } });
    await worker.exited;
  });

  test('that dies is told to all who wait, once to the owner, and to all who come later', async () => {
    const worker = open();
    let deaths = 0;
    worker.onDeath(() => deaths++);
    const waiting = [worker.ask('wait', 60_000), worker.ask('end', undefined)];
    for (const answer of waiting) {
      await expect(answer).rejects.toMatchObject({ code: 'ENGINE_DIED', details: { path: 'model.onnx' } });
    }
    await worker.exited;
    await expect(worker.ask('wait', 0)).rejects.toMatchObject({ code: 'ENGINE_DIED' });
    await worker.close();
    expect(deaths).toBe(1);
  });

  test('that is closed answers what it was asked, then frees what it holds', async () => {
    rmSync(join(folder, 'closed'), { force: true });
    const worker = open();
    const answer = worker.ask('wait', 30);
    await worker.close();
    expect(await answer).toBe('waited 30');
    rmSync(join(folder, 'closed'));
  });

  test('that is killed ends at once', async () => {
    const worker = open();
    await worker.started();
    const waiting = expect(worker.ask('wait', 60_000)).rejects.toMatchObject({ code: 'ENGINE_DIED' });
    await worker.kill();
    await waiting;
  });
});

test('buffers are given away both ways', async () => {
  const worker = new WorkerChannel<Sums>(script, 0, { path: 'model.onnx' });
  const numbers = Float32Array.of(1, 2, 3);
  expect(await worker.ask('add', numbers, [numbers.buffer])).toEqual(Float32Array.of(1, 2, 3));
  expect(numbers.length).toBe(0);
  expect(await worker.ask('held', undefined)).toBe(0);
  await worker.close();
});

describe('one piece of work in a thread', () => {
  test('gives what the thread answers, or throws what it throws', async () => {
    const options = { path: 'model.onnx', what: 'adding' };
    expect(await runInThread<Sums>(script, 4, options)).toBe('starts at 4');
    await expect(runInThread<Sums>(script, -1, options)).rejects.toMatchObject({ code: 'TOKENIZER_INVALID' });
  });

  test('ends with the signal', async () => {
    const endless = pathToFileURL(join(folder, 'endless.mjs'));
    writeFileSync(
      endless,
      `import { serveCalls } from ${JSON.stringify(new URL('../../dist/threads/index.js', import.meta.url).href)};
      serveCalls(() => { for (;;); });`,
    );
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const running = runInThread<Sums>(endless, 0, { path: 'model.onnx', what: 'adding', signal: stop.signal });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED', details: { what: 'adding' } });
    await expect(runInThread<Sums>(script, 0, { path: '', what: 'adding', signal: stop.signal })).rejects.toThrow(
      'Cancelled: adding.',
    );
  });
});

test('a worker whose program is missing is told as that, and not as one that died for lack of memory', async () => {
  const missing = new URL('./no-such-worker.mjs', script);
  const worker = new WorkerChannel<Sums>(missing, 0, { path: 'model.onnx' });
  const error = expect.objectContaining({
    code: 'HOST_UNUSABLE',
    message: expect.stringMatching(
      /its installation is incomplete, for \S+no-such-worker\.mjs is missing; install it again/,
    ),
  });
  await expect(worker.started()).rejects.toEqual(error);
  await expect(worker.ask('held', undefined)).rejects.toEqual(error);
  await worker.exited;
  await expect(runInThread<Sums>(missing, 0, { path: 'model.onnx', what: 'adding' })).rejects.toEqual(error);
});
