import { expect, test } from 'vitest';
import { smallModel } from '../../../test/support/small-model.js';
import { fp16Max, halfToFloat } from '../../numbers/index.js';
import { dataType, floatTensor, tensorBytes } from '../../onnx/index.js';
import { toHalfTensor } from './half-tensor.js';

const model = smallModel({ outputs: { y: 'float' }, nodes: [] });

/** The numbers of a tensor in half precision, and how many were cut. */
function halved(...values: number[]) {
  const { tensor, clamped } = toHalfTensor(model, floatTensor('w', [values.length], Float32Array.from(values)));
  const bytes = tensorBytes(model, tensor);
  const halves = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  expect([tensor.dataType, tensor.name, tensor.dims]).toEqual([dataType.float16, 'w', [values.length]]);
  return { values: Array.from(halves, halfToFloat), clamped };
}

test('numbers within the range are rounded to the nearest, ties to even', () => {
  // Between 2048 and 4096 halves are two apart; the smallest of all is 2^-24.
  expect(halved(1, -0.5, 2049, 2051, 2 ** -24, 2 ** -25, 1.5 * 2 ** -24, -0)).toEqual({
    values: [1, -0.5, 2048, 2052, 2 ** -24, 0, 2 ** -23, -0],
    clamped: 0,
  });
});

test('weights beyond the range become the largest number, and are counted', () => {
  expect(halved(65_519, 65_520, 1e6, -70_000)).toEqual({ values: [fp16Max, fp16Max, fp16Max, -fp16Max], clamped: 4 });
  expect(halved(fp16Max)).toEqual({ values: [fp16Max], clamped: 0 });
});

test('what stands for infinity in masks is no weight, and stays as large as can be', () => {
  const { POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: below } = Number;
  expect(halved(-1e9, -3.4028234663852886e38, 1e9)).toEqual({ values: [-fp16Max, -fp16Max, fp16Max], clamped: 0 });
  expect(halved(infinity, below)).toEqual({ values: [infinity, below], clamped: 0 });
});

test('NaN stays NaN', () => {
  expect(halved(Number.NaN).values).toEqual([Number.NaN]);
});
