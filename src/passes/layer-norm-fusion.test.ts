import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { largestDifference, runOnFloats } from '../../test/support/run-model.js';
import {
  floats,
  integers,
  operators,
  type SmallModel,
  scalar,
  smallModel,
  wiring,
} from '../../test/support/small-model.js';
import { floatAttribute, makeNode, type NodeProto, type OnnxModel, opsetVersion } from '../onnx/index.js';
import { fuseLayerNorm } from './layer-norm-fusion.js';

const width = 24;
const data = randomMatrix(6, width, 1).data.map((value, i) => value * 3 + (i % 5));
const dims = [2, 3, width];
const vector = (name: string, seed: number) => floats(name, [width], [...randomMatrix(1, width, seed).data]);
const constants = [
  vector('gamma', 2),
  vector('beta', 3),
  scalar('two', 2),
  scalar('epsilon', 1e-5),
  integers('last', [-1]),
];

interface Shape {
  readonly axes?: readonly number[];
  /** Axes as an input, as from opset 18 on. */
  readonly asInput?: true;
  readonly square?: 'Pow' | 'Mul';
  /** The difference written out twice, as older exporters do. */
  readonly twice?: true;
  /** Constants on the left. */
  readonly turned?: true;
}

function normNodes({ axes = [-1], asInput, square = 'Pow', twice, turned }: Shape = {}): NodeProto[] {
  const mean = (from: string, to: string) =>
    asInput
      ? makeNode('ReduceMean', [from, 'last'], [to])
      : makeNode('ReduceMean', [from], [to], { attributes: { axes: { ints: axes } } });
  const ordered = (value: string, constant: string) => (turned ? [constant, value] : [value, constant]);
  const base = twice ? 'again' : 'centred';
  return [
    mean('x', 'mean'),
    makeNode('Sub', ['x', 'mean'], ['centred']),
    ...(twice ? [makeNode('Sub', ['x', 'mean'], ['again'])] : []),
    makeNode(square, square === 'Pow' ? [base, 'two'] : [base, base], ['squares']),
    mean('squares', 'variance'),
    makeNode('Add', ordered('variance', 'epsilon'), ['safe']),
    makeNode('Sqrt', ['safe'], ['root']),
    makeNode('Div', ['centred', 'root'], ['normal']),
    makeNode('Mul', ordered('normal', 'gamma'), ['scaled']),
    makeNode('Add', ordered('scaled', 'beta'), ['y']),
  ];
}

function modelOf(nodes: readonly NodeProto[], model: Partial<SmallModel> = {}): OnnxModel {
  return smallModel({
    inputs: { x: `float[batch,tokens,${width}]` },
    outputs: { y: 'float' },
    nodes,
    initializers: constants,
    ...model,
  });
}

const changed = (nodes: readonly NodeProto[], at: string, change: (node: NodeProto) => NodeProto): NodeProto[] =>
  nodes.map((node) => (node.output[0] === at ? change(node) : node));

describe('fuseLayerNorm', () => {
  const shapes: Readonly<Record<string, readonly [Shape, number]>> = {
    'as PyTorch writes it': [{}, 17],
    'squares as a product': [{ square: 'Mul' }, 17],
    'the difference twice': [{ twice: true }, 17],
    'constants on the left': [{ turned: true }, 17],
    'the last axis counted from the front': [{ axes: [2] }, 17],
    'axes as an input': [{ asInput: true }, 18],
    'of opset 11': [{}, 11],
  };

  test.each(Object.entries(shapes))('%s', async (_, [shape, opset]) => {
    const model = modelOf(normNodes(shape), { opset });
    const fused = fuseLayerNorm(model);
    expect(wiring(fused)).toEqual(['LayerNormalization(x, gamma, beta) -> y']);
    expect(opsetVersion(fused)).toBe(Math.max(opset, 17));
    expect(floatAttribute(fused.proto.graph.node[0], 'epsilon')).toBe(Math.fround(1e-5));
    const before = await runOnFloats(model, dims, data, { optimization: 'disabled' });
    expect(largestDifference(await runOnFloats(fused, dims, data), before)).toBeLessThan(1e-5);
    expect(fuseLayerNorm(fused)).toBe(fused);
  });

  test('without a bias', async () => {
    const nodes = normNodes().slice(0, -1);
    const model = modelOf(changed(nodes, 'scaled', (node) => ({ ...node, output: ['y'] })));
    const fused = fuseLayerNorm(model);
    expect(wiring(fused)).toEqual(['LayerNormalization(x, gamma) -> y']);
    const before = await runOnFloats(model, dims, data, { optimization: 'disabled' });
    expect(largestDifference(await runOnFloats(fused, dims, data), before)).toBeLessThan(1e-5);
  });

  test('keeps steps that something else uses, and does not swallow a scaled value that is used twice', async () => {
    const nodes = [...normNodes(), makeNode('Neg', ['normal'], ['z']), makeNode('Neg', ['scaled'], ['v'])];
    const model = modelOf(nodes, { outputs: { y: 'float', z: 'float', v: 'float' } });
    const fused = fuseLayerNorm(model);
    expect(operators(fused)).toContain('Div');
    expect(wiring(fused)).toContain('LayerNormalization(x, gamma) -> scaled');
    expect(wiring(fused)).toContain('Add(scaled, beta) -> y');
  });

  test('leaves a model without norms as it is', () => {
    const model = modelOf([makeNode('Mul', ['x', 'gamma'], ['y'])], { opset: 11 });
    expect(fuseLayerNorm(model)).toBe(model);
  });

  const unlike: Readonly<Record<string, NodeProto[]>> = {
    'over another axis': normNodes({ axes: [1] }),
    'over two axes': normNodes({ axes: [1, 2] }),
    'of another power': changed(normNodes(), 'squares', (node) => ({ ...node, input: ['centred', 'epsilon'] })),
    'of squares of something else': changed(normNodes(), 'squares', (node) => ({ ...node, input: ['x', 'two'] })),
    'about the mean of something else': [
      makeNode('Tanh', ['x'], ['other']),
      ...changed(normNodes(), 'mean', (node) => ({ ...node, input: ['other'] })),
    ],
    'that drops axes': changed(normNodes(), 'variance', (node) =>
      makeNode('ReduceMean', node.input, node.output, { attributes: { axes: { ints: [-1] }, keepdims: { int: 0 } } }),
    ),
    'scaled by a computed value': changed(normNodes(), 'scaled', (node) => ({ ...node, input: ['normal', 'x'] })),
    'scaled by a scalar': changed(normNodes(), 'scaled', (node) => ({ ...node, input: ['normal', 'two'] })),
  };

  test.each(Object.entries(unlike))('leaves what is no LayerNorm: %s', (_, nodes) => {
    const model = modelOf(nodes);
    expect(fuseLayerNorm(model)).toBe(model);
  });

  test('says so if the opset cannot be raised', () => {
    const resize = makeNode('Upsample', ['y'], ['z'], { attributes: { mode: { string: 'nearest' } } });
    const model = modelOf([...normNodes(), resize], { outputs: { z: 'float' }, opset: 8 });
    expect(() => fuseLayerNorm(model)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }));
  });
});
