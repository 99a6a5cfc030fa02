import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { convert } from '#rooms/convert';
import { loadEngine, nativeEngineState, tryNativeEngine } from '#rooms/engine';
import { tinyJina } from './support/tiny-jina.js';
import { tinyModels, tokenBatch } from './support/tiny-models.js';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));

/** With what transformers gives: a conversion is proved by it sooner than by the weights, and of that are other tests. */
function copied(path: string, files = ['config.json', 'model.safetensors', 'expected.json']): string {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-native-conversion-'));
  for (const file of files) {
    cpSync(join(fixtures, path, file), join(folder, file));
  }
  return folder;
}

const folders: readonly (readonly [string, () => string])[] = [
  ...new Set(tinyModels().map(({ name }) => name.split('/')[0])),
].map((name): [string, () => string] => [name, () => copied(`tiny/${name}`)]);
const all = [
  ...folders,
  ...[
    ...[
      'gte',
      'gte-ntk',
      'jina-twelve-heads',
      'gemma3-causal',
      'gemma3-period',
      'modernbert-period',
      'qwen3-wide-heads',
    ],
  ].map((name) => [name, () => copied(`convert/${name}`)] as const),
  ['jina v2', () => tinyJina('v2-base-en')] as const,
  ['jina v2 with norms of queries and keys', () => tinyJina('v2-base-code')] as const,
];

/** A decoder that looks back 600 tokens in every other layer. */
function lookingBack(): string {
  const folder = copied('tiny/gemma3-text', ['config.json', 'model.safetensors']);
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  const change = { use_bidirectional_attention: false, sliding_window: 600, max_position_embeddings: 1024 };
  writeFileSync(path, JSON.stringify({ ...config, ...change }));
  return folder;
}

/** Texts that are shorter and longer than windows, tiles and chunks; of what a model knows, and as long as it reads. */
function textsOf(words: number, maxTokens: number) {
  const lengths = [1, 2, 17, 33, 100, 126].map((length) => Math.min(length, maxTokens));
  return tokenBatch(
    lengths.map((length, text) => Array.from({ length }, (_, i) => 5 + ((text * 71 + i * 37) % (words - 5)))),
  );
}

/** Of the tiny models, which have more words than this. */
const batch = textsOf(505, 126);

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test.skipIf('reason' in nativeEngineState())('a window that only long texts show', async () => {
  const { onnxPath } = await convert(lookingBack());
  const head = { pooling: ['lasttoken'], includePrompt: true, dense: [], normalize: true } as const;
  const files = { onnxPath, padTokenId: 0, head, maxTokens: 1024, tokenizerPath: '', lowerCase: false, prompts: {} };
  const options = { workers: 1, threads: 1 };
  const long = tokenBatch([Array.from({ length: 700 }, (_, i) => 5 + ((i * 37) % 500))]);
  await using reference = await loadEngine(files, { ...options, engine: 'onnxruntime' });
  const loaded = await tryNativeEngine(files, { ...options, precision: 'fp32' });
  if ('reason' in loaded) {
    throw new Error(loaded.reason);
  }
  await using engine = loaded.engine;
  const [found, expected] = [await engine.embed(long), await reference.embed(long)];
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], 5);
  });
});

const state = nativeEngineState();
/** With AVX2 alone, products are added in 16 bits: weights at random, which have no structure, lose more than trained ones. */
const leastInt8 = 'isa' in state && /^(avx2|portable-16bit)$/.test(state.isa) ? 0.97 : 0.99;

describe.skipIf('reason' in state)('converted models on the native engine', () => {
  test('with weights in half precision', async () => {
    const { onnxPath, maxTokens } = await convert(copied('tiny/modernbert'), { dtype: 'fp16' });
    const head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true } as const;
    const files = { onnxPath, padTokenId: 0, head, maxTokens, tokenizerPath: '', lowerCase: false, prompts: {} };
    const options = { workers: 1, threads: 1 };
    await using reference = await loadEngine(files, { ...options, engine: 'onnxruntime' });
    const loaded = await tryNativeEngine(files, { ...options, precision: 'fp32' });
    if ('reason' in loaded) {
      throw new Error(loaded.reason);
    }
    await using engine = loaded.engine;
    const expected = await reference.embed(batch);
    (await engine.embed(batch)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
  });

  test.each(all)('%s', async (_, folder) => {
    const source = folder();
    const { onnxPath, maxTokens } = await convert(source);
    const { vocab_size: words } = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8'));
    const batch = textsOf(words, maxTokens);
    const head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true } as const;
    const files = { onnxPath, padTokenId: 0, head, maxTokens, tokenizerPath: '', lowerCase: false, prompts: {} };
    const options = { workers: 1, threads: 1 };
    await using reference = await loadEngine(files, { ...options, engine: 'onnxruntime' });
    const expected = await reference.hiddenStates(batch);
    for (const precision of ['fp32', 'int8'] as const) {
      const loaded = await tryNativeEngine(files, { ...options, precision });
      if ('reason' in loaded) {
        throw new Error(loaded.reason);
      }
      await using engine = loaded.engine;
      const found = await engine.hiddenStates(batch);
      if (precision === 'int8') {
        expect(cosine(found, expected)).toBeGreaterThan(leastInt8);
        continue;
      }
      const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(worst / largest).toBeLessThan(1e-5);
    }
  });
});
