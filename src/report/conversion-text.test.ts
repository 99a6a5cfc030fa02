import { expect, test } from 'vitest';
import type { Conversion } from '../convert/index.js';
import { formatConversion } from './conversion-text.js';

const conversion = {
  ...{ onnxPath: 'bge/onnx/model.onnx', architecture: 'bert', layers: 6, hidden: 384, maxTokens: 512 },
  ...{ bytes: 90_000_000, unused: [] },
  proof: { reference: 'weights', cosine: 0.9999999987, largestDifference: 3.2e-7, tokens: 40 },
} as unknown as Conversion;

test('says what was made, how near it is to its reference, and what to do next', () => {
  const lines = formatConversion(conversion).trimEnd().split('\n');
  expect(lines[0]).toMatch(/^bge\/onnx\/model\.onnx \(90(\.0)? MB\)$/);
  expect(lines[1]).toContain('bert, 6 layers, 384 dimensions, texts of up to 512 tokens');
  expect(lines[2]).toContain('cosine 0.999999999, largest difference 3.2e-7 (40 tokens)');
  expect(lines.at(-1)).toMatch(/octavec quantize bge\/onnx\/model\.onnx --to int8$/);
});

test('names the weights that were left out', () => {
  const text = formatConversion({ ...conversion, unused: ['pooler.dense.weight', 'lm_head.weight'] });
  expect(text).toContain('pooler.dense.weight, lm_head.weight');
});
