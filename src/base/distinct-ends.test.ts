import { expect, test } from 'vitest';
import { distinctEnds } from './distinct-ends.js';

test.each([
  [
    ['/m/a/int8.onnx', '/m/b/fp16.onnx'],
    ['int8.onnx', 'fp16.onnx'],
  ],
  [
    ['/m/a/x/int8.onnx', '/m/b/x/int8.onnx', '/m/c/q4.onnx'],
    ['a/x/int8.onnx', 'b/x/int8.onnx', 'q4.onnx'],
  ],
  [
    ['int8.onnx', 'a\\int8.onnx'],
    ['int8.onnx', 'a/int8.onnx'],
  ],
  [
    ['/m/int8.onnx', '/m/int8.onnx'],
    ['m/int8.onnx', 'm/int8.onnx'],
  ],
  [[], []],
])('%j', (paths, ends) => expect(distinctEnds(paths)).toEqual(ends));

test('ends may have a least length', () => {
  const twoOfOnnx = (parts: readonly string[]) => (parts.at(-2) === 'onnx' ? 2 : 1);
  expect(distinctEnds(['/m/onnx/a', '/m/b'], twoOfOnnx)).toEqual(['onnx/a', 'b']);
});
