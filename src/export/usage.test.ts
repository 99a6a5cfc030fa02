import { describe, expect, test } from 'vitest';
import type { Head } from '../model/index.js';
import { usageOf } from './usage.js';

const head: Head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true };
const files = (changes: Partial<Head> = {}) => ({ head: { ...head, ...changes }, maxTokens: 256 });
const shape = { variant: 'int8', width: 384 };

describe('a command for the shell', () => {
  test('has plain paths as they are', () => {
    expect(usageOf('tei', '/models/a-b_1.5', files(), shape)).toBe(
      'text-embeddings-router --model-id /models/a-b_1.5 --dtype float32',
    );
  });

  test.each([
    ['/models/my model', "'/models/my model'"],
    ['/models/$HOME', "'/models/$HOME'"],
    ['/models/`id`', "'/models/`id`'"],
    ["/models/it's", "'/models/it'\\''s'"],
    ['/models/größe', "'/models/größe'"],
  ])('quotes %s, so that the shell leaves it', (folder, quoted) => {
    expect(usageOf('tei', folder, files(), shape)).toContain(`--model-id ${quoted} --dtype`);
  });
});

describe('the file that is named', () => {
  test.each([
    ['sentence-transformers', 'int8', '"file_name": "onnx/model_int8.onnx"'],
    ['sentence-transformers', undefined, '"file_name": "onnx/model.onnx"'],
    ['fastembed', 'int8', 'model_file="model.onnx"'],
    ['onnxruntime', 'q4', 'InferenceSession("/m/model.onnx")'],
    ['transformers.js', 'int8', "dtype: 'q8'"],
    ['transformers.js', undefined, "dtype: 'fp32'"],
  ] as const)('%s, %s: %s', (target, variant, said) => {
    expect(usageOf(target, '/m', files(), { ...shape, variant })).toContain(said);
  });
});

describe('what a program must do itself', () => {
  test.each([
    [{}, '# Then: mean over the last hidden states, and scaling to length 1.'],
    [{ normalize: false }, '# Then: mean over the last hidden states.'],
    [{ pooling: ['cls', 'max'], normalize: false }, '# Then: cls and max over the last hidden states.'],
    [{ dense: [{}] }, '# Then: mean over the last hidden states, the dense layers, and scaling to length 1.'],
  ])('%j', (changes, line) => {
    const usage = usageOf('onnxruntime', '/m', files(changes as Partial<Head>), shape);
    expect(usage.split('\n').at(-1)).toBe(line);
  });

  test.each([
    ['mean', "pooling: 'mean'"],
    ['cls', "pooling: 'cls'"],
    ['lasttoken', "pooling: 'last_token'"],
  ] as const)('transformers.js is told %s in its own word', (pooling, said) => {
    expect(usageOf('transformers.js', '/m', files({ pooling: [pooling] }), shape)).toContain(said);
  });

  test('fastembed is told in the words of Python', () => {
    const usage = usageOf('fastembed', '/m', files({ normalize: false, pooling: ['cls'] }), shape);
    expect(usage).toContain('pooling=PoolingType.CLS, normalization=False');
    expect(usage).not.toMatch(/\b(true|false)\b/);
  });
});
