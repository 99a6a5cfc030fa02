import { describe, expect, test } from 'vitest';
import { float32, int64, largestDifference, runModel } from '../../test/support/run-model.js';
import { integers, operators, type SmallModel, smallModel, wiring } from '../../test/support/small-model.js';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { makeNode, type OnnxModel, readModel, tensorIntegers } from '../onnx/index.js';
import { foldConstants } from './constant-folding.js';
import { foldShapes } from './shape-folding.js';

const sizeAt = (value: string, axis: number, name: string) =>
  makeNode('Shape', [value], [name], { attributes: { start: { int: axis }, end: { int: axis + 1 } } });
const joined = (parts: readonly string[], name: string) =>
  makeNode('Concat', parts, [name], { attributes: { axis: { int: 0 } } });

const numbers = [-1, 0, 1, 2, 4, 8].map((value) => integers(`n${value}`, [value]));

function modelOf(model: Partial<SmallModel>): OnnxModel {
  return smallModel({
    inputs: { x: 'float[n,m,8]' },
    outputs: { y: 'float' },
    nodes: [],
    initializers: numbers,
    ...model,
  });
}

function constant(model: OnnxModel, name: string): number[] {
  const tensor = model.proto.graph.initializer.find((each) => each.name === name);
  return tensor === undefined ? [] : tensorIntegers(model, tensor);
}

async function expectSame(before: OnnxModel, after: OnnxModel): Promise<void> {
  const feeds = {
    x: float32(
      [2, 3, 8],
      new Float32Array(48).map((_, i) => i),
    ),
  };
  const [old, made] = [await runModel(before, feeds), await runModel(after, feeds)];
  for (const name of Object.keys(old)) {
    expect(made[name].dims).toEqual(old[name].dims);
    expect(largestDifference(made[name].data, old[name].data)).toBe(0);
  }
}

describe('foldShapes', () => {
  test('lets a Reshape to heads copy what stays and count what it must', async () => {
    const model = modelOf({
      nodes: [
        sizeAt('x', 0, 'batch'),
        sizeAt('x', 1, 'tokens'),
        joined(['batch', 'tokens', 'n4', 'n-1'], 'target'),
        makeNode('Reshape', ['x', 'target'], ['y']),
      ],
    });
    const folded = foldShapes(model);
    expect(wiring(folded)).toEqual(['Reshape(x, y_shape) -> y']);
    expect(constant(folded, 'y_shape')).toEqual([0, 0, 4, -1]);
    await expectSame(model, folded);
  });

  test('leaves one size that moved to be counted', async () => {
    const model = modelOf({
      nodes: [
        makeNode('Transpose', ['x'], ['t'], { attributes: { perm: { ints: [1, 0, 2] } } }),
        sizeAt('x', 1, 'tokens'),
        joined(['n2', 'tokens', 'n8'], 'target'),
        makeNode('Reshape', ['t', 'target'], ['y']),
      ],
    });
    const folded = foldShapes(model);
    expect(constant(folded, 'y_shape')).toEqual([2, -1, 8]);
    await expectSame(model, folded);
  });

  test('leaves a Reshape of which two sizes are open, and one that takes 0 for a size', () => {
    const nodes = [
      makeNode('Transpose', ['x'], ['t'], { attributes: { perm: { ints: [1, 0, 2] } } }),
      makeNode('Shape', ['x'], ['target']),
      makeNode('Reshape', ['t', 'target'], ['y']),
    ];
    expect(operators(foldShapes(modelOf({ nodes })))).toEqual(['Transpose', 'Shape', 'Reshape']);
    const zeros = makeNode('Reshape', ['x', 'target'], ['y'], { attributes: { allowzero: { int: 1 } } });
    expect(operators(foldShapes(modelOf({ nodes: [nodes[1], zeros] })))).toEqual(['Shape', 'Reshape']);
  });

  test('lets an Expand repeat heads without asking for sizes', async () => {
    const model = modelOf({
      nodes: [
        makeNode('Unsqueeze', ['x', 'n1'], ['u']),
        sizeAt('x', 0, 'batch'),
        sizeAt('x', 1, 'tokens'),
        joined(['batch', 'n4', 'tokens', 'n8'], 'target'),
        makeNode('Expand', ['u', 'target'], ['y']),
      ],
    });
    const folded = foldShapes(model);
    expect(wiring(folded)).toEqual(['Unsqueeze(x, n1) -> u', 'Expand(u, y_shape) -> y']);
    expect(constant(folded, 'y_shape')).toEqual([1, 4, 1, 8]);
    await expectSame(model, folded);
  });

  test('leaves an Expand of 1 to an open size', () => {
    const model = modelOf({
      nodes: [
        makeNode('ReduceMean', ['x'], ['mean'], { attributes: { axes: { ints: [1] } } }),
        makeNode('Shape', ['x'], ['target']),
        makeNode('Expand', ['mean', 'target'], ['y']),
      ],
    });
    expect(operators(foldShapes(model))).toEqual(['ReduceMean', 'Shape', 'Expand']);
  });

  test('turns what is known into constants, but for outputs of the graph', async () => {
    const model = modelOf({
      outputs: { y: 'float', width: 'int64' },
      nodes: [
        sizeAt('x', 2, 'width'),
        makeNode('Mul', ['width', 'n2'], ['twice']),
        makeNode('Cast', ['twice'], ['small'], { attributes: { to: { int: 6 } } }),
        makeNode('Cast', ['small'], ['float'], { attributes: { to: { int: 1 } } }),
        makeNode('Mul', ['x', 'float'], ['y']),
      ],
    });
    const folded = foldShapes(model);
    expect(operators(folded)).toEqual(['Shape', 'Cast', 'Mul']);
    expect(constant(folded, 'small')).toEqual([16]);
    await expectSame(model, folded);
  });

  test('puts the same sizes together once, of one type and one shape', () => {
    const shape = (name: string) => makeNode('Shape', ['x'], [name]);
    const int32 = makeNode('Cast', ['a'], ['c'], { attributes: { to: { int: 6 } } });
    const scalar = makeNode('Squeeze', ['e', 'n0'], ['f']);
    const model = modelOf({
      outputs: { r: 'int64', s: 'int32', t: 'int64' },
      nodes: [
        shape('a'),
        shape('b'),
        int32,
        makeNode('CumSum', ['b', 'n0'], ['r']),
        makeNode('CumSum', ['c', 'n0'], ['s']),
        sizeAt('x', 0, 'e'),
        scalar,
        makeNode('Range', ['f', 'f', 'f'], ['t']),
      ],
    });
    expect(wiring(foldShapes(model))).toEqual([
      'Shape(x) -> a',
      'Cast(a) -> c',
      'CumSum(a, n0) -> r',
      'CumSum(c, n0) -> s',
      'Shape(x) -> e',
      'Squeeze(e, n0) -> f',
      'Range(f, f, f) -> t',
    ]);
  });
});

describe('on real graphs', () => {
  test.each(tinyModelPaths())('%s gives the same with fewer nodes, and once is enough', async (path) => {
    const model = foldConstants(await readModel(path));
    const folded = foldConstants(foldShapes(model));
    expect(foldConstants(foldShapes(folded))).toEqual(folded);
    const count = ({ proto }: OnnxModel) => proto.graph.node.length;
    expect(count(folded) / count(model)).toBeLessThanOrEqual(path.includes('torchscript') ? 0.75 : 1);
    for (const [batch, tokens] of [
      [2, 6],
      [1, 1],
      [3, 9],
    ]) {
      const feeds = {
        input_ids: int64(
          [batch, tokens],
          Array.from({ length: batch * tokens }, (_, i) => 5 + i),
        ),
        attention_mask: int64(
          [batch, tokens],
          Array.from({ length: batch * tokens }, (_, i) => (i % tokens < 5 ? 1 : 0)),
        ),
      };
      const [before, after] = [await runModel(model, feeds), await runModel(folded, feeds)];
      const [name] = Object.keys(before);
      expect(after[name].dims).toEqual(before[name].dims);
      expect(largestDifference(after[name].data, before[name].data)).toBeLessThan(1e-5);
    }
  });
});
