import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { largestDifference, runOnFloats } from '../../test/support/run-model.js';
import { scalar, smallModel, wiring } from '../../test/support/small-model.js';
import { makeNode, type NodeProto, type OnnxModel } from '../onnx/index.js';
import { straightenGelu } from './gelu-chain.js';

const width = 16;

function modelOf(nodes: readonly NodeProto[], root = Math.SQRT2): OnnxModel {
  return smallModel({
    inputs: { x: `float[n,${width}]` },
    outputs: { y: 'float' },
    nodes,
    initializers: [scalar('root', root), scalar('inverse', 1 / root), scalar('half', 0.5), scalar('one', 1)],
  });
}

const divided = makeNode('Div', ['x', 'root'], ['z']);
const multiplied = makeNode('Mul', ['inverse', 'x'], ['z']);
const error = [makeNode('Erf', ['z'], ['e']), makeNode('Add', ['e', 'one'], ['s'])];
const inputFirst = [makeNode('Mul', ['x', 's'], ['p']), makeNode('Mul', ['p', 'half'], ['y'])];
const halfFirst = [makeNode('Mul', ['s', 'half'], ['p']), makeNode('Mul', ['p', 'x'], ['y'])];
const halvedInput = [makeNode('Mul', ['half', 'x'], ['h']), makeNode('Mul', ['h', 's'], ['y'])];

const straight = [
  'Div(x, y_root_of_two) -> y_divided',
  'Erf(y_divided) -> y_erf',
  'Add(y_erf, y_one) -> y_shifted',
  'Mul(x, y_shifted) -> y_product',
  'Mul(y_product, y_half) -> y',
];

describe('straightenGelu', () => {
  test.each([
    ['a product with √½', [multiplied, ...error, ...inputFirst]],
    ['½ before x', [divided, ...error, ...halfFirst]],
    ['½ at x', [divided, ...error, ...halvedInput]],
  ])('writes it in one order: %s', async (_, nodes) => {
    const model = modelOf(nodes);
    const made = straightenGelu(model);
    expect(wiring(made)).toEqual(straight);
    expect(straightenGelu(made)).toEqual(made);
    const x = randomMatrix(5, width, 1).data;
    const before = await runOnFloats(model, [5, width], x);
    expect(largestDifference(await runOnFloats(made, [5, width], x), before)).toBeLessThan(1e-6);
  });

  test('takes a √2 that was in half precision for what it was', () => {
    const made = straightenGelu(modelOf([divided, ...error, ...inputFirst], 1.4140625));
    expect(wiring(made)).toEqual(straight);
  });

  test('leaves what is written so', () => {
    const model = modelOf([divided, ...error, ...inputFirst]);
    expect(straightenGelu(model).proto.graph.node).toEqual(model.proto.graph.node);
  });

  test.each([
    ['another divisor', modelOf([divided, ...error, ...inputFirst], 1.5)],
    ['no half', modelOf([divided, ...error, makeNode('Mul', ['x', 's'], ['p']), makeNode('Mul', ['p', 'one'], ['y'])])],
    [
      'erf used elsewhere',
      modelOf([multiplied, ...error, makeNode('Mul', ['e', 's'], ['p']), makeNode('Mul', ['p', 'half'], ['y'])]),
    ],
    [
      'another factor',
      modelOf([multiplied, ...error, makeNode('Mul', ['z', 's'], ['p']), makeNode('Mul', ['p', 'half'], ['y'])]),
    ],
  ])('leaves what is none: %s', (_, model) => {
    expect(straightenGelu(model).proto.graph.node).toEqual(model.proto.graph.node);
  });
});
