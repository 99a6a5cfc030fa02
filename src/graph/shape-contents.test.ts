import { describe, expect, test } from 'vitest';
import { integers, smallModel } from '../../test/support/small-model.js';
import { type AttributeValue, dataType, makeNode, type TensorProto } from '../onnx/index.js';
import { inferShapes } from './symbolic-shapes.js';

const int = (value: number): AttributeValue => ({ int: value });

describe('what integers hold', () => {
  const contentsOf = (nodes: readonly ReturnType<typeof makeNode>[], initializers: readonly TensorProto[] = []) => {
    const model = smallModel({
      inputs: { x: 'float[n,m,8]', y: 'float[n,m,8]', unknown: 'float' },
      outputs: { r: 'int64' },
      nodes,
      initializers: [
        integers('zero', [0]),
        integers('one', [1]),
        integers('minus', [-1]),
        integers('ten', [10]),
        ...initializers,
      ],
    });
    return inferShapes(model).contents.get('r');
  };
  const shapeOf = (value: string, name = 'shape') => makeNode('Shape', [value], [name]);
  const on = (op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}) =>
    makeNode(op, inputs, ['r'], { attributes });
  const whole = ['x#0', 'x#1', 8];

  test.each([
    ['Shape', [on('Shape', ['x'])], whole],
    ['Shape of what is not known', [on('Shape', ['unknown'])], undefined],
    ['Shape, a part', [on('Shape', ['x'], { start: int(1), end: int(-1) })], ['x#1']],
    ['Gather', [shapeOf('x'), on('Gather', ['shape', 'minus'])], [8]],
    ['Gather, out of range', [shapeOf('x'), on('Gather', ['shape', 'ten'])], undefined],
    ['Slice', [shapeOf('x'), on('Slice', ['shape', 'one', 'ten'])], ['x#1', 8]],
    ['Slice backwards', [shapeOf('x'), on('Slice', ['shape', 'ten', 'zero', 'zero', 'minus'])], [8, 'x#1']],
    ['Cast', [shapeOf('x'), on('Cast', ['shape'], { to: int(dataType.int32) })], whole],
    ['Cast to float', [shapeOf('x'), on('Cast', ['shape'], { to: int(dataType.float) })], undefined],
    ['Concat', [shapeOf('x'), on('Concat', ['shape', 'minus'], { axis: int(0) })], [...whole, -1]],
    [
      'Concat with what is not known',
      [shapeOf('x'), shapeOf('unknown', 'u'), on('Concat', ['shape', 'u'], { axis: int(0) })],
      undefined,
    ],
    ['Mul by 1', [shapeOf('x'), on('Mul', ['shape', 'one'])], whole],
    ['Mul of sizes', [shapeOf('x'), on('Mul', ['shape', 'ten'])], undefined],
    ['Add of numbers', [on('Add', ['one', 'ten'])], [11]],
    ['Sub from 0', [shapeOf('x'), on('Sub', ['zero', 'shape'])], undefined],
    ['Sub of 0', [shapeOf('x'), on('Sub', ['shape', 'zero'])], whole],
    ['Div by 1', [shapeOf('x'), on('Div', ['shape', 'one'])], whole],
    ['Div by 0', [on('Div', ['ten', 'zero'])], undefined],
    ['Equal to -1, which no size is', [shapeOf('x'), on('Equal', ['shape', 'minus'])], [0, 0, 0]],
    ['Equal to itself', [shapeOf('x'), shapeOf('x', 'again'), on('Equal', ['shape', 'again'])], [1, 1, 1]],
    [
      'Equal to a size that may be the same',
      [shapeOf('x'), shapeOf('y', 'other'), on('Equal', ['shape', 'other'])],
      undefined,
    ],
    [
      'ConstantOfShape',
      [on('ConstantOfShape', ['ten'], { value: { tensor: integers('', [3]) } })],
      new Array(10).fill(3),
    ],
    ['ConstantOfShape of floats', [on('ConstantOfShape', ['ten'])], undefined],
    [
      'ConstantOfShape of open sizes',
      [shapeOf('x'), on('ConstantOfShape', ['shape'], { value: { tensor: integers('', [3]) } })],
      undefined,
    ],
    ['another operator', [shapeOf('x'), on('Neg', ['shape'])], undefined],
  ])('%s', (_, nodes, held) => {
    expect(contentsOf(nodes)).toEqual(held);
  });

  test("TorchScript's Expand, which replaces -1 by 1", () => {
    const nodes = [
      shapeOf('x'),
      makeNode('ConstantOfShape', ['three'], ['ones'], { attributes: { value: { tensor: integers('', [1]) } } }),
      makeNode('Mul', ['ones', 'minus'], ['minuses']),
      makeNode('Concat', ['shape_part', 'minus'], ['wanted'], { attributes: { axis: int(0) } }),
      makeNode('Slice', ['shape', 'zero', 'two'], ['shape_part']),
      makeNode('Equal', ['wanted', 'minuses'], ['open']),
      on('Where', ['open', 'ones', 'wanted']),
    ];
    expect(contentsOf(nodes, [integers('two', [2]), integers('three', [3])])).toEqual(['x#0', 'x#1', 1]);
  });

  test('what a caller may feed is not known', () => {
    const model = smallModel({
      inputs: { n: 'int64[1]' },
      outputs: { r: 'int64' },
      nodes: [on('Identity', ['n'])],
      initializers: [integers('n', [1])],
    });
    expect(inferShapes(model).contents.has('r')).toBe(false);
  });
});
