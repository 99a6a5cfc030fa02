import { expect, test } from 'vitest';
import { fixedShape } from './fixed-shape.js';

const inputs = (...shapes: readonly (readonly (number | string)[])[]) =>
  shapes.map((shape, i) => ({ name: `input_${i}`, shape }));

test.each([
  [inputs(['b', 's'], ['b', 's']), {}],
  [inputs([1, 128], [1, 128]), { texts: 1, tokens: 128 }],
  [inputs([1, 's']), { texts: 1 }],
  [inputs(['b', 128], ['b', 's']), { tokens: 128 }],
  [inputs([8, 's']), { texts: 8 }],
  [inputs([-1, ''], []), {}],
])('%j fix %j', (declared, expected) => {
  expect(fixedShape(declared, 'm.onnx')).toEqual(expected);
});

test.each([
  [inputs([128]), /input_0" is \[128\]/],
  [inputs([1, 128], [1, 64]), /128 and 64/],
])('%j cannot be run', (declared, message) => {
  expect(() => fixedShape(declared, 'm.onnx')).toThrow(
    expect.objectContaining({ code: 'MODEL_OUTPUT', message: expect.stringMatching(message) }),
  );
});
