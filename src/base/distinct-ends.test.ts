import fc from 'fast-check';
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

test('ends grow no further than tells them apart, each on its own', () => {
  expect(distinctEnds(['/a/x/m', '/b/x/m', '/b/y/m', '/n'])).toEqual(['a/x/m', 'b/x/m', 'y/m', 'n']);
  // "x/m" of the first would be the whole of the second.
  expect(distinctEnds(['/a/x/m', 'x/m'])).toEqual(['a/x/m', 'x/m']);
});

test('empty parts and a lone root are no parts', () => {
  expect(distinctEnds(['/a//b/', 'c/b'])).toEqual(['a/b', 'c/b']);
  expect(distinctEnds(['/', 'm'])).toEqual(['', 'm']);
});

test('ends tell apart whatever paths differ, and are ends of them', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'ü'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 6 }), (paths) => {
      const ends = distinctEnds(paths);
      expect(new Set(ends).size).toBe(paths.length);
      expect(paths.every((one, i) => one === ends[i] || one.endsWith(`/${ends[i]}`))).toBe(true);
    }),
  );
});
