import { describe, expect, test } from 'vitest';
import { float32, runModel } from '../../test/support/run-model.js';
import { bools, integers, type SmallModel, scalar, smallModel, wiring } from '../../test/support/small-model.js';
import { dataType, makeNode, type OnnxModel } from '../onnx/index.js';
import { removeNoOps } from './no-ops.js';

const cast = (from: string, to: string, type: number) =>
  makeNode('Cast', [from], [to], { attributes: { to: { int: type } } });

function modelOf(model: Partial<SmallModel>): OnnxModel {
  return smallModel({ inputs: { x: 'float[n]' }, outputs: { y: 'float' }, nodes: [], ...model });
}

describe('removeNoOps', () => {
  test('drops what gives what it gets, one behind the other', () => {
    const model = modelOf({
      nodes: [
        makeNode('Identity', ['x'], ['a']),
        cast('a', 'b', dataType.float),
        makeNode('Concat', ['b'], ['c'], { attributes: { axis: { int: 0 } } }),
        makeNode('Dropout', ['c'], ['d', '']),
        makeNode('Tanh', ['d'], ['y']),
      ],
    });
    expect(wiring(removeNoOps(model))).toEqual(['Tanh(x) -> y']);
    expect(removeNoOps(removeNoOps(model))).toEqual(removeNoOps(model));
  });

  test('drops Dropout that is said to be in training: it would make results random', async () => {
    const model = modelOf({
      nodes: [makeNode('Dropout', ['x', 'ratio', 'training'], ['d']), makeNode('Neg', ['d'], ['y'])],
      initializers: [scalar('ratio', 0.9), bools('training', [], [true])],
    });
    const x = Float32Array.from({ length: 100 }, (_, i) => i + 1);
    const { y } = await runModel(removeNoOps(model), { x: float32([100], x) }, { optimization: 'disabled' });
    expect([...(y.data as Float32Array)]).toEqual([...x].map((value) => -value));
  });

  test('keeps what makes an output of the graph', () => {
    const nodes = [makeNode('Identity', ['x'], ['y'])];
    expect(wiring(removeNoOps(modelOf({ nodes })))).toEqual(['Identity(x) -> y']);
  });

  test.each([
    ['a Cast to another type', [cast('x', 'a', dataType.int64), cast('a', 'y', dataType.float)]],
    [
      'a Dropout whose mask is used',
      [makeNode('Dropout', ['x'], ['d', 'm']), makeNode('Where', ['m', 'd', 'x'], ['y'])],
    ],
    ['a Concat of two', [makeNode('Concat', ['x', 'x'], ['a']), makeNode('Tanh', ['a'], ['y'])]],
    [
      'an operator of another domain',
      [makeNode('Identity', ['x'], ['a'], { domain: 'odd' }), makeNode('Tanh', ['a'], ['y'])],
    ],
  ])('keeps %s', (_, nodes) => {
    expect(removeNoOps(modelOf({ nodes, initializers: [integers('i', [1])] })).proto.graph.node).toEqual(nodes);
  });
});
