import { describe, expect, test } from 'vitest';
import { floats, scalar, smallModel } from '../../test/support/small-model.js';
import { indexGraph } from '../graph/index.js';
import { dataType, makeNode, makeTensor, type NodeProto, type TensorProto } from '../onnx/index.js';
import { matchNorm } from './norm.js';
import type { Prober } from './probe.js';

const gamma = floats('gamma', [4], [1, 2, 3, 4]);
const beta = floats('beta', [4], [5, 6, 7, 8]);
const constants = [
  ...[gamma, beta, floats('three', [3], [1, 1, 1])],
  ...[scalar('two', 2), scalar('cube', 3), scalar('small', 0.001), scalar('one', 1)],
  ...[axis('last', -1), axis('third', 2), axis('second', 1)],
];

function axis(name: string, value: number): TensorProto {
  return makeTensor(name, dataType.int64, [1], BigInt64Array.of(BigInt(value)));
}

/** What is found at `y`, of shape [1, 11, 4]. */
function match(...nodes: NodeProto[]) {
  const model = smallModel({
    inputs: { x: 'float[b,s,4]', z: 'float[b,s,4]' },
    outputs: { y: 'float' },
    nodes,
    initializers: constants,
  });
  const evaluate = () => ({ shape: [1, 11, 4] });
  return matchNorm({ model, index: indexGraph(model.proto.graph), evaluate } as unknown as Prober, 'y');
}

describe('as one operator', () => {
  const operator = (opType: string, options: { inputs?: string[]; domain?: string; axis?: number } = {}) =>
    makeNode(opType, options.inputs ?? ['x', 'gamma'], ['y'], {
      domain: options.domain,
      attributes: { epsilon: { float: 0.5 }, ...(options.axis !== undefined && { axis: { int: options.axis } }) },
    });

  test('a LayerNorm, with beta or without', () => {
    const found = match(operator('LayerNormalization', { inputs: ['x', 'gamma', 'beta'] }));
    expect(found).toMatchObject({ input: 'x', width: 4, epsilon: 0.5, rms: false });
    expect([found?.gamma, found?.beta]).toEqual([gamma, beta]);
    expect(match(operator('LayerNormalization'))?.beta).toBeUndefined();
  });

  test('the epsilon that is not written is 1e-5', () => {
    expect(match(makeNode('LayerNormalization', ['x', 'gamma'], ['y']))?.epsilon).toBe(1e-5);
  });

  test.each([
    ['RMSNormalization', ''],
    ['SimplifiedLayerNormalization', ''],
    ['SimplifiedLayerNormalization', 'com.microsoft'],
  ])('%s of the domain "%s" is an RMSNorm', (opType, domain) => {
    expect(match(operator(opType, { domain }))).toMatchObject({ rms: true, epsilon: 0.5 });
  });

  test.each([-1, 2])('over the last axis, written as %s', (axis) => {
    expect(match(operator('LayerNormalization', { axis }))).toBeDefined();
  });

  test.each([
    ['over two axes', operator('LayerNormalization', { axis: 1 })],
    ['of another domain', operator('SimplifiedLayerNormalization', { domain: 'com.example' })],
    ['with a gamma of another width', operator('LayerNormalization', { inputs: ['x', 'three'] })],
    ['with a gamma that is no constant', operator('LayerNormalization', { inputs: ['x', 'z'] })],
    ['with a beta that is no constant', operator('LayerNormalization', { inputs: ['x', 'gamma', 'z'] })],
    ['of another kind', operator('BatchNormalization')],
  ])('none %s', (_, node) => {
    expect(match(node)).toBeUndefined();
  });
});

describe('written out', () => {
  const mean = (of: string, to: string, axes = 'last') => makeNode('ReduceMean', [of, axes], [to]);
  /** (x - mean) squared, its mean, and the root of that and epsilon. */
  const root = (centred = 'c', { power = 'two', axes = 'last' } = {}) => [
    makeNode('Pow', [centred, power], ['q']),
    mean('q', 'v', axes),
    makeNode('Add', ['v', 'small'], ['e']),
    makeNode('Sqrt', ['e'], ['r']),
  ];
  const centre = [mean('x', 'm'), makeNode('Sub', ['x', 'm'], ['c'])];
  const scale = (standard: string) => makeNode('Mul', [standard, 'gamma'], ['y']);
  const divided = [...centre, ...root(), makeNode('Div', ['c', 'r'], ['d'])];

  test('a LayerNorm', () => {
    const found = match(...divided, makeNode('Mul', ['gamma', 'd'], ['g']), makeNode('Add', ['beta', 'g'], ['y']));
    expect(found).toMatchObject({ input: 'x', rms: false, gamma, beta, width: 4 });
    expect(found?.epsilon).toBeCloseTo(0.001, 9);
    expect(match(...divided, scale('d'))).toMatchObject({ input: 'x', rms: false, gamma });
  });

  test('an RMSNorm, where no mean is taken off', () => {
    expect(match(...root('x'), makeNode('Div', ['x', 'r'], ['d']), scale('d'))).toMatchObject({
      input: 'x',
      rms: true,
    });
  });

  test.each([
    ['Reciprocal', makeNode('Reciprocal', ['r'], ['i'])],
    ['1 / …', makeNode('Div', ['one', 'r'], ['i'])],
  ])('with the reciprocal of the root: %s', (_, inverse) => {
    for (const inputs of [
      ['x', 'i'],
      ['i', 'x'],
    ]) {
      expect(match(...root('x'), inverse, makeNode('Mul', inputs, ['d']), scale('d'))).toMatchObject({ rms: true });
    }
  });

  test('with a product in place of the square, and the difference computed twice', () => {
    const again = makeNode('Sub', ['x', 'm'], ['c2']);
    const [, ...rest] = root();
    const square = makeNode('Mul', ['c2', 'c2'], ['q']);
    const nodes = [...centre, again, square, ...rest, makeNode('Div', ['c', 'r'], ['d']), scale('d')];
    expect(match(...nodes)).toMatchObject({ input: 'x', rms: false });
  });

  test('the last axis may be counted from the front', () => {
    expect(match(...root('x', { axes: 'third' }), makeNode('Div', ['x', 'r'], ['d']), scale('d'))).toBeDefined();
  });

  test.each([
    ['the third power', root('x', { power: 'cube' })],
    ['a mean over another axis', root('x', { axes: 'second' })],
    ['the square of something else', root('z')],
    [
      'the root before epsilon is added',
      [
        makeNode('Mul', ['x', 'x'], ['q']),
        mean('q', 'v'),
        makeNode('Sqrt', ['v'], ['e']),
        makeNode('Add', ['e', 'small'], ['r']),
      ],
    ],
  ])('%s makes none', (_, nodes) => {
    expect(match(...nodes, makeNode('Div', ['x', 'r'], ['d']), scale('d'))).toBeUndefined();
  });

  test('the mean of another value makes none, nor does a factor for each text', () => {
    const other = [mean('z', 'm'), makeNode('Sub', ['x', 'm'], ['c'])];
    expect(match(...other, ...root(), makeNode('Div', ['c', 'r'], ['d']), scale('d'))).toBeUndefined();
    expect(match(...divided, makeNode('Mul', ['d', 'z'], ['y']))).toBeUndefined();
    expect(match(...divided, makeNode('Mul', ['d', 'three'], ['y']))).toBeUndefined();
  });
});
