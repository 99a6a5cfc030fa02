import { expect, test } from 'vitest';
import { transformersJsType } from './targets.js';

test.each([
  [undefined, 'model.onnx', 'fp32'],
  ['fp32', 'model.onnx', 'fp32'],
  ['fp16', 'model_fp16.onnx', 'fp16'],
  ['q4', 'model_q4.onnx', 'q4'],
  ['int8', 'model_quantized.onnx', 'q8'],
  ['q8', 'model_quantized.onnx', 'q8'],
  ['constructor', 'model_quantized.onnx', 'q8'],
])('transformers.js finds the variant %s as %s, dtype %s', (variant, file, dtype) => {
  expect(transformersJsType(variant)).toEqual([file, dtype]);
});
