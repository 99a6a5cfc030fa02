import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Engine, type EngineOptions, loadOnnxRuntimeEngine, type TokenBatch } from '#rooms/engine';
import { tinyModel, tokenBatch } from './support/tiny-models.js';
import { deadlyToken, watchWorkers } from './support/watched-workers.js';

const watched = watchWorkers();
afterAll(() => watched.stop());

const { onnxPath, padTokenId, head } = tinyModel('bert');

let engine: Engine;
afterEach(() => engine.close());

async function load(options: Omit<EngineOptions, 'device'>): Promise<Engine> {
  engine = await loadOnnxRuntimeEngine({ onnxPath, padTokenId, head }, { threads: 1, ...options });
  return engine;
}

/** Texts of various lengths up to 120 tokens, the same for the same seed. */
function texts(count: number, seed = 1): TokenBatch {
  let state = seed;
  const next = (bound: number) => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
  return tokenBatch(Array.from({ length: count }, () => Array.from({ length: 1 + next(120) }, () => next(500))));
}

/** Largest difference between two results. */
function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0);
}

describe('a pool', () => {
  test('gives every caller his own vectors, in his order', async () => {
    await load({ workers: 2, batchTokens: 256 });
    const batches = Array.from({ length: 40 }, (_, i) => texts(1 + ((7 * i) % 30), i + 1));
    const alone: Float32Array[] = [];
    for (const batch of batches) {
      alone.push(await engine.embed(batch));
    }
    const together = await Promise.all(batches.map((batch) => engine.embed(batch)));
    batches.forEach((_, i) => {
      expect(difference(together[i], alone[i])).toBeLessThan(1e-5);
    });
  });

  test('gives hidden states and vectors to callers at the same time', async () => {
    await load({ workers: 2 });
    const batch = texts(50);
    const [vectors, hidden, again] = await Promise.all([
      engine.embed(batch),
      engine.hiddenStates(batch),
      engine.embed(batch),
    ]);
    expect(difference(vectors, again)).toBeLessThan(1e-5);
    const width = hidden.length / batch.ids.length;
    expect(width).toBe(64);
    // The mean of the first text's hidden states has the direction of its vector.
    const mean = new Float64Array(width);
    hidden.subarray(0, batch.offsets[1] * width).forEach((value, i) => {
      mean[i % width] += value;
    });
    const length = Math.hypot(...mean);
    mean.forEach((value, i) => {
      expect(value / length).toBeCloseTo(vectors[i], 4);
    });
  });

  test('starts with one worker and grows with the work', async () => {
    await load({ workers: 3 });
    await engine.embed(texts(1));
    expect(watched.count()).toBe(1);
    await engine.embed(texts(1500));
    await engine.embed(texts(1500));
    expect(watched.count()).toBe(3);
  });

  test('starts another worker for what waits while the only one is in a long batch', async () => {
    await load({ workers: 2, batchTokens: 100_000 });
    // Under load this thread may hear of the end of the long batch before it sees that something waits: once more.
    for (let round = 0; round < 20 && watched.count() < 2; round++) {
      const long = engine.embed(tokenBatch(Array.from({ length: 400 }, () => new Array(100).fill(5))));
      await Promise.all([long, engine.embed(texts(1))]);
    }
    expect(watched.count()).toBe(2);
  });

  test('does not let a short request wait for the whole of a long one', async () => {
    await load({ workers: 1 });
    let longDone = false;
    const long = engine.embed(texts(2000)).then(() => {
      longDone = true;
    });
    await setTimeout(20);
    await engine.embed(texts(1));
    expect(longDone).toBe(false);
    await long;
  });

  test('forgets what was cancelled and goes on with the rest', async () => {
    await load({ workers: 1 });
    const controller = new AbortController();
    const cancelled = engine.embed(texts(2000), { signal: controller.signal });
    const kept = engine.embed(texts(10));
    await setTimeout(20);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await kept).length).toBe(10 * 64);
    await expect(engine.embed(texts(1), { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('finishes what it has when it is closed, and takes nothing more', async () => {
    await load({ workers: 2 });
    const running = engine.embed(texts(500));
    const closing = engine.close();
    await expect(engine.embed(texts(1))).rejects.toMatchObject({ code: 'CLOSED' });
    expect((await running).length).toBe(500 * 64);
    await closing;
    expect(watched.count()).toBe(0);
  });

  test.each(['fast', 'shared'] as const)('gives the same vectors with %s memory', async (memory) => {
    const reference = await (await load({ workers: 1 })).embed(texts(40));
    await engine.close();
    await load({ workers: 2, memory });
    expect(engine.description.memory).toBe(memory);
    expect(difference(await engine.embed(texts(40)), reference)).toBeLessThan(1e-5);
  });
});

/** Calls of each caller while workers die; `npm run test:long` takes 50. */
const rounds = Number(process.env.OCTAVEC_TEST_DEATHS ?? 2);

describe.each(['thread', 'process'] as const)('when a worker dies (%s)', (isolation) => {
  test('its batch is tried again and nobody notices', async () => {
    await load({ workers: 2, isolation });
    const batch = texts(400);
    const expected = await engine.embed(batch);
    const calls = Array.from({ length: 3 }, () => engine.embed(batch));
    await setTimeout(30);
    await watched.kill();
    for (const vectors of await Promise.all(calls)) {
      expect(difference(vectors, expected)).toBeLessThan(1e-5);
    }
  });

  test('again and again, every call ends with the right answer or a clear error', async () => {
    await load({ workers: 2, isolation });
    const batches = [1, 2, 3].map((seed) => texts(200, seed));
    const expected = await Promise.all(batches.map((batch) => engine.embed(batch)));
    let right = 0;
    let failed = 0;
    const callers = Array.from({ length: 4 }, async (_, i) => {
      for (let round = 0; round < rounds; round++) {
        const which = (i + round) % batches.length;
        try {
          expect(difference(await engine.embed(batches[which]), expected[which])).toBeLessThan(1e-5);
          right++;
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENGINE_DIED' });
          failed++;
        }
      }
    });
    let done = false;
    const all = Promise.all(callers).finally(() => {
      done = true;
    });
    // One death for every second answer: how fast the machine is does not matter.
    for (let deaths = 0; !done; await setTimeout(5)) {
      if (right + failed >= 2 * deaths) {
        deaths++;
        await watched.kill();
      }
    }
    await all;
    expect(right + failed).toBe(4 * rounds);
    expect(right).toBeGreaterThan(0);
    // What comes afterwards is as if nothing had been.
    expect(difference(await engine.embed(batches[0]), expected[0])).toBeLessThan(1e-5);
  });

  test('it is closed all the same', async () => {
    await load({ workers: 2, isolation });
    const calls = [engine.embed(texts(500)), engine.embed(texts(500, 2))];
    await setTimeout(20);
    await watched.kill();
    await engine.close();
    expect((await Promise.all(calls)).length).toBe(2);
    expect(watched.count()).toBe(0);
  });
});

test('texts that end every worker fail with the reason, and take nobody along', async () => {
  await load({ workers: 1 });
  const neighbours = [1, 2, 3].map((seed) => texts(1, seed));
  const expected = await Promise.all(neighbours.map((batch) => engine.embed(batch)));
  // All come while the worker is busy, so that they are merged into one batch.
  const busy = engine.embed(texts(200));
  const deadly = engine.embed(tokenBatch([Array.from({ length: 120 }, () => deadlyToken)]));
  const failed = expect(deadly).rejects.toMatchObject({
    code: 'ENGINE_DIED',
    message: expect.stringContaining('exit code 7'),
  });
  const answers = neighbours.map((batch) => engine.embed(batch));
  await failed;
  await busy;
  (await Promise.all(answers)).forEach((vectors, i) => {
    expect(difference(vectors, expected[i])).toBeLessThan(1e-5);
  });
});

describe('what is wrong with one caller is no matter of the others', () => {
  /** Calls that come while the only worker is busy, so that they are merged into one batch. */
  async function merged(calls: (() => Promise<Float32Array>)[]): Promise<PromiseSettledResult<Float32Array>[]> {
    const busy = engine.embed(texts(200));
    const all = Promise.allSettled(calls.map((call) => call()));
    await busy;
    return all;
  }
  const neighbours = [1, 2, 3, 4].map((seed) => tokenBatch([[seed, seed + 1, seed + 2]]));

  test('an id that the model does not know', async () => {
    await load({ workers: 1 });
    const [bad, negative, ...good] = await merged([
      () => engine.embed(tokenBatch([[1, 512, 2]])),
      () => engine.embed(tokenBatch([[1, -1, 2]])),
      ...neighbours.map((batch) => () => engine.embed(batch)),
    ]);
    expect(bad).toMatchObject({ reason: { code: 'TOKEN_OUT_OF_RANGE', details: { id: 512, size: 512 } } });
    expect(negative).toMatchObject({ reason: { code: 'TOKEN_OUT_OF_RANGE', details: { id: -1, size: 512 } } });
    expect(good.map(({ status }) => status)).toEqual(new Array(4).fill('fulfilled'));
  });

  test('a text that the model cannot run', async () => {
    await load({ workers: 1 });
    const tooLong = tokenBatch([Array.from({ length: 200 }, () => 5)]);
    const nearlyTooLong = tokenBatch([Array.from({ length: 128 }, () => 5)]);
    const expected = await engine.embed(nearlyTooLong);
    const similar = tokenBatch([Array.from({ length: 180 }, () => 5)]);
    const [bad, alsoBad, good] = await merged([
      () => engine.embed(tooLong),
      () => engine.embed(similar),
      () => engine.embed(nearlyTooLong),
    ]);
    expect(bad).toMatchObject({ reason: { code: 'ENGINE_RUN' } });
    expect(alsoBad).toMatchObject({ reason: { code: 'ENGINE_RUN' } });
    expect(difference((good as PromiseFulfilledResult<Float32Array>).value, expected)).toBeLessThan(1e-5);
  });

  test('a callback that throws', async () => {
    await load({ workers: 1 });
    const onDone = () => {
      throw new Error('my callback broke');
    };
    const [bad, ...good] = await merged([
      () => engine.embed(tokenBatch([[7, 8, 9]]), { onDone }),
      ...neighbours.map((batch) => () => engine.embed(batch)),
    ]);
    expect(bad).toMatchObject({ reason: new Error('my callback broke') });
    expect(good.map(({ status }) => status)).toEqual(new Array(4).fill('fulfilled'));
  });
});

describe('workers that are processes', () => {
  test('may die while they have nothing to do', async () => {
    await load({ workers: 2, isolation: 'process' });
    const batch = texts(1);
    const expected = await engine.embed(batch);
    await engine.embed(texts(3000));
    for (let round = 0; round < 2; round++) {
      while (watched.count() > 0) {
        await watched.kill();
      }
      expect(difference(await engine.embed(batch), expected)).toBeLessThan(1e-5);
    }
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('leave %s to whoever started them', async (signal) => {
    await load({ workers: 1, isolation: 'process' });
    const running = engine.embed(texts(500));
    await setTimeout(20);
    watched.signal(signal);
    expect((await running).length).toBe(500 * 64);
    expect(watched.count()).toBe(1);
  });
});

test('a pool whose second worker died while it started gets another one', async () => {
  await load({ workers: 2, isolation: 'process' });
  const running = engine.embed(texts(3000));
  while (watched.count() < 2) {
    await setTimeout(1);
  }
  await watched.kill('newest');
  await running;
  while (watched.count() < 2) {
    await engine.embed(texts(500));
  }
});

test('calls may share a signal', async () => {
  await load({ workers: 1 });
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  await Promise.all(Array.from({ length: 30 }, () => engine.embed(texts(1), { signal })));
  await setTimeout(10);
  process.off('warning', warn);
  expect(warnings).toEqual([]);
});

test('loading can be cancelled', async () => {
  await load({ workers: 1 });
  const controller = new AbortController();
  const loading = loadOnnxRuntimeEngine({ onnxPath, padTokenId, head }, { signal: controller.signal });
  const failed = expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
  controller.abort();
  await failed;
  await expect(
    loadOnnxRuntimeEngine({ onnxPath, padTokenId, head }, { signal: controller.signal }),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
  while (watched.count() > 1) {
    await setTimeout(5);
  }
});

describe('what cannot work', () => {
  test('is told at once', async () => {
    await load({ workers: 1 });
    await expect(loadOnnxRuntimeEngine({ onnxPath: '/no/model.onnx', padTokenId, head })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await expect(load({ workers: 0 })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('an id that the model does not know is named', async () => {
    await load({ workers: 1 });
    await expect(
      engine.embed(
        tokenBatch([
          [1, 2],
          [3, 999],
        ]),
      ),
    ).rejects.toMatchObject({
      code: 'TOKEN_OUT_OF_RANGE',
      details: { id: 999, size: 512 },
    });
    expect((await engine.embed(texts(2))).length).toBe(2 * 64);
  });

  test('a text beyond the positions of the model fails alone', async () => {
    await load({ workers: 1 });
    const tooLong = tokenBatch([Array.from({ length: 200 }, () => 5)]);
    await expect(engine.embed(tooLong)).rejects.toMatchObject({ code: 'ENGINE_RUN' });
    expect((await engine.embed(texts(2))).length).toBe(2 * 64);
  });
});
