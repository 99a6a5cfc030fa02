import { describe, expect, test } from 'vitest';
import { tinyModel } from '../../test/support/tiny-models.js';
import type { Head } from '../model/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { descriptionFormat } from './description-format.js';
import { recogniseForEngine } from './recognise-for-engine.js';
import { describeForCore } from './words.js';

const mean: Head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true };

async function recognised(
  architecture: string,
): Promise<{ model: OnnxModel; encoder: Parameters<typeof describeForCore>[1] }> {
  const { onnxPath, padTokenId } = tinyModel(architecture);
  const model = await readModel(onnxPath);
  const found = recogniseForEngine(model, { padTokenId, head: mean });
  if ('reason' in found) {
    throw new Error(found.reason);
  }
  return { model, encoder: found.encoder };
}

describe('a model as the native core reads it', async () => {
  const { model, encoder } = await recognised('bert');
  const described = (head: Head = mean, maxTokens = 8) => describeForCore(model, encoder, head, maxTokens, 'int8');

  test('begins with what it is, and its sizes', () => {
    const { words } = described();
    const { magic, format, precisions, activations } = descriptionFormat;
    expect(Array.from(words.subarray(0, 12))).toEqual([
      ...[magic, format, precisions.int8],
      ...[encoder.hidden, encoder.heads, encoder.keyValueHeads, encoder.headWidth, encoder.ffn, 8],
      ...[activations[encoder.activation], Number(encoder.gated), Number(encoder.preNorm)],
    ]);
    expect(describeForCore(model, encoder, mean, 8, 'fp32').words[2]).toBe(precisions.fp32);
  });

  test('ends with how hidden states become a vector', () => {
    const { poolings } = descriptionFormat;
    const end = (head: Partial<Head>, count: number) => Array.from(described({ ...mean, ...head }).words.slice(-count));
    expect(end({}, 4)).toEqual([1, poolings.mean, 0, 1]);
    expect(end({ pooling: ['cls', 'max'], normalize: false }, 5)).toEqual([2, poolings.cls, poolings.max, 0, 0]);
  });

  test('has dense layers, with a bias or without', () => {
    const layer = { weight: Float32Array.of(1, 2, 3, 4, 5, 6), inputs: 3, outputs: 2, activation: 'tanh' } as const;
    const dense = [
      layer,
      { ...layer, bias: Float32Array.of(7, 8), activation: 'identity' },
    ] as unknown as Head['dense'];
    const { words, tensors } = described({ ...mean, dense });
    const [outputs, weight, bias, isTanh, , secondWeight, secondBias, secondTanh] = words.slice(-9, -1);
    expect([outputs, bias, isTanh, secondTanh]).toEqual([2, -1, 1, 0]);
    // One array is written once, however often it is used.
    expect(secondWeight).toBe(weight);
    expect(tensors[weight]).toMatchObject({ rows: 2, columns: 3 });
    expect(tensors[secondBias]).toMatchObject({ rows: 1, columns: 2 });
    expect(Array.from(new Float32Array(tensors[secondBias].data.slice().buffer))).toEqual([7, 8]);
  });

  test('names only tensors that are there, each of as many bytes as it says', () => {
    const { tensors } = described();
    expect(tensors.length).toBeGreaterThan(10);
    const bytes: Readonly<Record<number, number>> = {
      [descriptionFormat.tensorTypes.float]: 4,
      [descriptionFormat.tensorTypes.float16]: 2,
      [descriptionFormat.tensorTypes.int8]: 1,
    };
    for (const { type, rows, columns, data } of tensors) {
      expect(data.length).toBe(rows * columns * bytes[type]);
    }
  });

  test('has a row of the position table for each token that it reads', () => {
    const rowsOf = (maxTokens: number) => {
      const { tensors } = described(mean, maxTokens);
      return tensors.some(({ rows, columns }) => rows === maxTokens && columns === encoder.hidden);
    };
    expect([rowsOf(3), rowsOf(5)]).toEqual([true, true]);
  });
});
