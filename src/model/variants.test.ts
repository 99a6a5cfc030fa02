import { describe, expect, test } from 'vitest';
import { isVariantName, singleFileVariantPath, variantOfPath, variantPath } from './variants.js';

describe('variants', () => {
  test.each([
    ['m/onnx/model.onnx', 'fp32'],
    ['m/onnx/model_fp16.onnx', 'fp16'],
    ['m/onnx/model_int8_static.onnx', 'int8_static'],
    ['model_quantized.onnx', 'quantized'],
    ['model_qint8_avx512_vnni.onnx', 'qint8_avx512_vnni'],
    ['model_O3.onnx', 'O3'],
    ['gte-small-INT8.onnx', 'int8'],
    ['gte-small-FP16.onnx', 'fp16'],
    ['gte-small.onnx', undefined],
    ['encoder.onnx', undefined],
    ['model_final.onnx', undefined],
  ])('%s is %s', (path, variant) => {
    expect(variantOfPath(path)).toBe(variant);
  });

  test('stand in onnx/ under the names of the hub', () => {
    expect(variantPath('m', 'fp32')).toBe('m/onnx/model.onnx');
    expect(variantPath('m', 'int8')).toBe('m/onnx/model_int8.onnx');
  });

  test('of a single file stand beside it and replace what its name says', () => {
    expect(singleFileVariantPath('a/gte.onnx', 'int8')).toBe('a/gte-INT8.onnx');
    expect(singleFileVariantPath('a/gte-FP16.onnx', 'int8')).toBe('a/gte-INT8.onnx');
    expect(singleFileVariantPath('a/gte-v2.onnx', 'int8_static')).toBe('a/gte-v2-INT8_STATIC.onnx');
  });

  test('names are told from other words', () => {
    expect(['int8', 'q4', 'uint8', 'INT8', 'small', '../int8'].map(isVariantName)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
