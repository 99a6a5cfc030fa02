import { Embedder } from 'octavec';
import { expect, test } from 'vitest';
import { loadEngine } from '#rooms/engine';
import { unknownEncoder } from './support/unknown-encoder.js';

const model = 'models/all-MiniLM-L6-v2';
const texts = ['A cat sits on the mat.', 'Ein Hund schläft.', 'The quick brown fox jumps over the lazy dog.'];

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

test('a file in full precision runs on ONNX Runtime unless another engine is asked for', async () => {
  await using embedder = await Embedder.load(model);
  expect(embedder.engine.name).toBe('onnxruntime');
});

test('auto gives nearly the same vectors, whichever engine it takes', async () => {
  await using exact = await Embedder.load(model);
  await using chosen = await Embedder.load(model, { engine: 'auto' });
  expect(['native', 'onnxruntime']).toContain(chosen.engine.name);
  const [expected, found] = [await exact.embed(texts), await chosen.embed(texts)];
  for (let i = 0; i < texts.length; i++) {
    expect(cosine(expected[i], found[i])).toBeGreaterThan(0.99);
  }
});

test('auto says why it fell back', async () => {
  const tiny = await unknownEncoder();
  const files = { ...tiny, tokenizerPath: '', maxTokens: 128, lowerCase: false, prompts: {} };
  await using engine = await loadEngine(files, { engine: 'auto', workers: 1, threads: 1 });
  expect(engine.description).toMatchObject({
    name: 'onnxruntime',
    fallback: expect.stringMatching(/activation|native engine/),
  });
  await using asked = await loadEngine(files, { engine: 'onnxruntime', workers: 1, threads: 1 });
  expect(asked.description.fallback).toBeUndefined();
});

test('native runs the model itself, or says why it cannot', async () => {
  const loading = Embedder.load(model, { engine: 'native' });
  const outcome = await loading.then(
    async (embedder) => {
      await embedder.close();
      return embedder.engine.name;
    },
    (error: Error) => error.message,
  );
  expect(outcome).toMatch(/^native$|native engine|instruction sets/);
});

test.each(['native', 'native-bf16'] as const)('%s refuses options that it does not have', async (engine) => {
  for (const options of [{ memory: 'fast' }, { isolation: 'process' }, { batchTokens: 512 }] as const) {
    const [name] = Object.keys(options);
    await expect(Embedder.load(model, { engine, ...options })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(name),
    });
  }
});

test('options are checked before an engine is chosen', async () => {
  const loading = Embedder.load(model, { engine: 'auto', memory: 'bogus' as 'fast' });
  await expect(loading).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('bogus') });
});
