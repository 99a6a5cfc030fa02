import { expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { int64, largestDifference, runModel } from '../../test/support/run-model.js';
import { floats, smallModel } from '../../test/support/small-model.js';
import { makeNode } from '../onnx/index.js';
import { q4 } from './q4.js';

test.each([33, 100, 257])('q4 of a table and a layer of %i columns loads and gives nearly the same', async (width) => {
  const rows = 600;
  const model = smallModel({
    inputs: { ids: 'int64[n]' },
    outputs: { h: 'float', y: 'float' },
    nodes: [makeNode('Gather', ['table', 'ids'], ['h']), makeNode('MatMul', ['h', 'w'], ['y'])],
    initializers: [
      floats('table', [rows, width], [...randomMatrix(rows, width, 1).data]),
      floats('w', [width, 51], [...randomMatrix(width, 51, 2).data]),
    ],
  });
  const ids = { ids: int64([3], [0, 7, 599]) };
  const [exact, quantized] = [await runModel(model, ids), await runModel(await q4(model), ids)];
  expect(quantized.h.dims).toEqual([3, width]);
  const scale = Math.max(...Array.from(exact.h.data, (value) => Math.abs(Number(value))));
  expect(largestDifference(quantized.h.data, exact.h.data)).toBeLessThan(0.15 * scale);
  expect(quantized.y.dims).toEqual([3, 51]);
});
