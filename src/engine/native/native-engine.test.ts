import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { tinyModels } from '../../../test/support/tiny-models.js';
import { unknownEncoder } from '../../../test/support/unknown-encoder.js';
import type { ModelFiles } from '../../model/index.js';
import { loadBinding } from '../../native/index.js';
import type { Engine } from '../engine.js';
import { type NativeEngineOptions, tryNativeEngine } from './native-engine.js';

const binding = loadBinding();
if ('reason' in binding) {
  console.warn(`native engine not tested: ${binding.reason}`);
}
const encoders = tinyModels();

function filesOf({ onnxPath, padTokenId, head }: (typeof encoders)[number]): ModelFiles {
  return { onnxPath, padTokenId, head, tokenizerPath: '', maxTokens: 128, lowerCase: false, prompts: {} };
}

async function load(model: (typeof encoders)[number], options: NativeEngineOptions = {}): Promise<Engine> {
  const loaded = await tryNativeEngine(filesOf(model), { workers: 1, threads: 1, ...options });
  if ('reason' in loaded) {
    throw new Error(loaded.reason);
  }
  return loaded.engine;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    ab += x * b[i];
    aa += x * x;
    bb += b[i] * b[i];
  });
  return ab / Math.sqrt(aa * bb);
}

/** With AVX2 alone, keys have 7 bits (docs/native-engine.md). */
const sharpAttention =
  'binding' in binding && /^(avx2|portable-16bit)$/.test(binding.binding.isa ?? '') ? 0.999 : 0.9995;

describe.skipIf('reason' in binding)('native engine', () => {
  describe.each(encoders)('$name', (model) => {
    test('the reference path gives the hidden states that transformers gives', async () => {
      await using engine = await load(model, { precision: 'fp32' });
      const found = await engine.hiddenStates(model.batch);
      const worst = found.reduce((max, x, i) => Math.max(max, Math.abs(x - model.hiddenStates[i])), 0);
      expect(worst).toBeLessThan(1e-5);
    });

    test('INT8 stays near to it', async () => {
      await using engine = await load(model);
      // Norms of queries and keys make attention as sharp as in a trained model.
      const least = /gemma3|qwen3/.test(model.name) ? sharpAttention : 0.9999;
      expect(cosine(await engine.hiddenStates(model.batch), model.hiddenStates)).toBeGreaterThan(least);
    });

    test('a text gets the same vector alone as in a batch, with any number of threads', async () => {
      await using one = await load(model);
      await using three = await load(model, { threads: 3 });
      const { ids, offsets } = model.batch;
      const together = await one.embed(model.batch);
      expect(await three.embed(model.batch)).toEqual(together);
      for (let text = 0; text + 1 < offsets.length; text++) {
        const own = ids.slice(offsets[text], offsets[text + 1]);
        const alone = await three.embed({ ids: own, offsets: Int32Array.of(0, own.length) });
        expect(alone).toEqual(together.slice(text * one.width, (text + 1) * one.width));
      }
    });
  });

  const [model] = encoders;

  test('what it does not know is left to ONNX Runtime, with a reason', async () => {
    const loaded = await tryNativeEngine(filesOf(await unknownEncoder()));
    expect(loaded).toHaveProperty('reason', expect.stringContaining('does not know this model'));
  });

  test('more threads than there can be are a reason, too', async () => {
    const loaded = await tryNativeEngine(filesOf(model), { workers: 64, threads: 64 });
    expect(loaded).toEqual({ reason: expect.stringMatching(/threads could not be started \(4096\)/), mayPass: true });
  });

  test('a missing file is an error, not a reason', async () => {
    const missing = { ...filesOf(model), onnxPath: fileURLToPath(new URL('./missing.onnx', import.meta.url)) };
    await expect(tryNativeEngine(missing)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('ids beyond the vocabulary, empty texts and texts that are too long are refused', async () => {
    await using engine = await load(model);
    const embed = (ids: number[], offsets: number[]) =>
      engine.embed({ ids: Int32Array.from(ids), offsets: Int32Array.from(offsets) });
    await expect(embed([1, 512], [0, 2])).rejects.toMatchObject({ code: 'TOKEN_OUT_OF_RANGE' });
    await expect(embed([1, -1], [0, 2])).rejects.toMatchObject({ code: 'TOKEN_OUT_OF_RANGE' });
    await expect(embed([1, 2], [0, 0, 2])).rejects.toMatchObject({ code: 'ENGINE_RUN' });
    await expect(embed([1, 2], [0, 3])).rejects.toMatchObject({ code: 'ENGINE_RUN' });
    await expect(embed(Array(129).fill(1), [0, 129])).rejects.toMatchObject({ code: 'ENGINE_RUN' });
  });

  test('no texts give no vectors', async () => {
    await using engine = await load(model);
    expect(await engine.embed({ ids: new Int32Array(0), offsets: Int32Array.of(0) })).toEqual(new Float32Array(0));
  });

  test('a job is cancelled, and the engine goes on', async () => {
    await using engine = await load(model, { precision: 'fp32' });
    const texts = 400;
    const batch = {
      ids: new Int32Array(texts * 100).fill(7),
      offsets: Int32Array.from({ length: texts + 1 }, (_, i) => i * 100),
    };
    const controller = new AbortController();
    const running = engine.embed(batch, { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(engine.embed(batch, { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await engine.embed(model.batch)).length).toBe(4 * engine.width);
  });

  test('of texts that wait together, each gets its own vector, whoever leaves or fails', async () => {
    await using engine = await load(model);
    const { ids, offsets } = model.batch;
    const texts = Array.from({ length: 4 }, (_, text) => ids.slice(offsets[text], offsets[text + 1]));
    const single = (text: number, signal?: AbortSignal) =>
      engine.embed({ ids: texts[text % 4], offsets: Int32Array.of(0, texts[text % 4].length) }, { signal });
    const alone = await Promise.all(texts.map((_, text) => single(text)));
    const controller = new AbortController();
    const others = Array.from({ length: 40 }, (_, i) => single(i));
    const leaving = single(0, controller.signal).catch(({ code }) => code);
    const unknown = engine
      .embed({ ids: Int32Array.of(1, 512), offsets: Int32Array.of(0, 2) })
      .catch(({ code }) => code);
    const late = Array.from({ length: 24 }, (_, i) => single(i));
    controller.abort();
    // Its vector may have been there before it left.
    expect(['CANCELLED', alone[0]]).toContainEqual(await leaving);
    expect(await unknown).toBe('TOKEN_OUT_OF_RANGE');
    expect(await Promise.all(others)).toEqual(others.map((_, i) => alone[i % 4]));
    expect(await Promise.all(late)).toEqual(late.map((_, i) => alone[i % 4]));
  });

  test('a callback that throws is told as it is, and the engine goes on', async () => {
    await using engine = await load(model);
    const mine = new Error('my callback broke');
    const onDone = () => {
      throw mine;
    };
    const [bad, good] = await Promise.allSettled([engine.embed(model.batch, { onDone }), engine.embed(model.batch)]);
    expect(bad).toMatchObject({ status: 'rejected', reason: mine });
    expect(good).toMatchObject({ status: 'fulfilled' });
    expect(await engine.embed(model.batch)).toHaveLength(4 * engine.width);
  });

  test('progress is told, and adds up', async () => {
    await using engine = await load(model);
    const texts = 1000;
    const offsets = Int32Array.from({ length: texts + 1 }, (_, i) => i * 40);
    let done = 0;
    let calls = 0;
    await engine.embed(
      { ids: new Int32Array(texts * 40).fill(7), offsets },
      {
        onDone: (count) => {
          done += count;
          calls++;
        },
      },
    );
    expect(done).toBe(texts);
    expect(calls).toBeGreaterThan(1);
  });

  test('the event loop stays free', async () => {
    await using engine = await load(model, { precision: 'fp32' });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 2);
    await engine.embed({
      ids: new Int32Array(128 * 40).fill(7),
      offsets: Int32Array.from({ length: 41 }, (_, i) => i * 128),
    });
    clearInterval(timer);
    // One is enough: an engine that ran on this thread would let none through.
    expect(ticks).toBeGreaterThan(0);
  });

  test('engines of the same file share their weights', async () => {
    const own = { ...model, head: { ...model.head, pooling: ['max'] as const } };
    const loads = 'binding' in binding ? vi.spyOn(binding.binding, 'loadModel') : undefined;
    await using first = await load(own);
    await using second = await load(own);
    expect(loads).toHaveBeenCalledTimes(1);
    expect(await second.embed(model.batch)).toEqual(await first.embed(model.batch));
  });

  test('after closing there are no more runs', async () => {
    const engine = await load(model);
    const last = engine.embed(model.batch);
    await engine.close();
    await expect(last).resolves.toHaveLength(4 * engine.width);
    await expect(engine.embed(model.batch)).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('the poolings give what the engine of ONNX Runtime makes of the hidden states', async () => {
    const head = {
      pooling: ['cls', 'lasttoken', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean'] as const,
      includePrompt: true,
      dense: [],
      normalize: false,
    };
    const { applyHead } = await import('../../output/index.js');
    await using engine = await load({ ...model, head });
    const states = await engine.hiddenStates(model.batch);
    const { offsets } = model.batch;
    const rows = Array.from({ length: 4 }, (_, i) => ({
      data: states,
      start: offsets[i] * 64,
      tokens: offsets[i + 1] - offsets[i],
      width: 64,
    }));
    for (const unpooledTokens of [0, 1]) {
      const found = await engine.embed(model.batch, { unpooledTokens });
      const expected = applyHead(head, rows, Array(4).fill(unpooledTokens));
      found.forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i], 5);
      });
    }
  });
});
