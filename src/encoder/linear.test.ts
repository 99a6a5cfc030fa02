import { describe, expect, test } from 'vitest';
import { floats, scalar, smallModel } from '../../test/support/small-model.js';
import { indexGraph } from '../graph/index.js';
import { dataType, makeNode, makeTensor, type NodeProto, type TensorProto } from '../onnx/index.js';
import { matchLinear } from './linear.js';
import type { Prober } from './probe.js';

function match(nodes: readonly NodeProto[], initializers: readonly TensorProto[]) {
  const model = smallModel({ inputs: { x: 'float[b,s,2]' }, outputs: { y: 'float' }, nodes, initializers });
  const nothing = () => undefined;
  const graph = {
    model,
    index: indexGraph(model.proto.graph),
    evaluate: nothing,
    forTokens: () => nothing,
    probe: nothing,
  };
  return matchLinear(graph as unknown as Prober, 'y');
}

const weights = floats('w', [2, 3], [1, 2, 3, 4, 5, 6]);
const bias = floats('b', [3], [7, 8, 9]);
const product = (output = 'y', input = 'x') => makeNode('MatMul', [input, 'w'], [output]);
const add = (...inputs: string[]) => makeNode('Add', inputs, ['y']);

describe('a linear layer', () => {
  test('is a product with a matrix', () => {
    expect(match([product()], [weights])).toMatchObject({ input: 'x', inputs: 2, columns: 3, transposed: false });
    expect(match([product()], [weights])?.bias).toBeUndefined();
  });

  test.each([
    ['behind', ['p', 'b']],
    ['before', ['b', 'p']],
  ])('with a bias that is added %s it', (_, inputs) => {
    expect(match([product('p'), add(...inputs)], [weights, bias])).toMatchObject({ input: 'x', bias: { name: 'b' } });
  });

  test('of a Gemm has a bias of its own, and may be transposed', () => {
    const gemm = makeNode('Gemm', ['x', 't', 'b'], ['y'], { attributes: { transB: { int: 1 } } });
    const found = match([gemm], [floats('t', [3, 2], [1, 2, 3, 4, 5, 6]), bias]);
    expect(found).toMatchObject({ input: 'x', inputs: 2, columns: 3, transposed: true, bias: { name: 'b' } });
  });

  test('of a Gemm is seen through the shapes that it needs', () => {
    const nodes = [
      makeNode('Reshape', ['x', 'flat'], ['rows']),
      makeNode('Gemm', ['rows', 'w'], ['p']),
      makeNode('Reshape', ['p', 'back'], ['y']),
    ];
    expect(match(nodes, [weights])?.input).toBe('x');
  });

  test('is seen through copies', () => {
    const nodes = [makeNode('Identity', ['x'], ['c']), product('p', 'c'), makeNode('Identity', ['p'], ['y'])];
    expect(match(nodes, [weights])).toMatchObject({ input: 'x', columns: 3 });
  });

  test.each<[string, NodeProto[], TensorProto[]]>([
    ['no constant', [makeNode('MatMul', ['x', 'x'], ['y'])], []],
    ['a matrix of three dimensions', [product()], [floats('w', [1, 2, 3], [1, 2, 3, 4, 5, 6])]],
    ['a bias of another length', [product('p'), add('p', 'b')], [weights, floats('b', [2], [1, 2])]],
    ['something added that is no constant', [product('p'), add('p', 'x')], [weights]],
    ['two constants', [add('b', 'b')], [bias]],
    ['another operator', [makeNode('Relu', ['x'], ['y'])], []],
    ['nothing that makes it', [], []],
  ])('is none with %s', (_, nodes, initializers) => {
    expect(match(nodes, initializers)).toBeUndefined();
  });
});

describe('a linear layer quantized to INT8 as it runs', () => {
  const bytes = (name: string, dims: readonly number[], values: readonly number[], type: number = dataType.int8) =>
    makeTensor(name, type, dims, Int8Array.from(values));
  const codes = bytes('q', [2, 3], [1, 2, 3, 4, 5, 6]);
  const nodes = (
    more: { readonly zero?: string; readonly scales?: readonly string[]; readonly factors?: readonly string[] } = {},
  ) => [
    makeNode('DynamicQuantizeLinear', ['x'], ['xq', 'xs', 'xz']),
    makeNode('MatMulInteger', ['xq', 'q', 'xz', ...(more.zero ? [more.zero] : [])], ['i']),
    makeNode('Cast', ['i'], ['f'], { attributes: { to: { int: dataType.float } } }),
    makeNode('Mul', more.scales ?? ['xs', 's'], ['both']),
    makeNode('Mul', more.factors ?? ['f', 'both'], ['y']),
  ];

  test.each([
    ['as it is usually written', {}],
    ['with its scales the other way round', { scales: ['s', 'xs'] }],
    ['with its factors the other way round', { factors: ['both', 'f'] }],
    ['with a zero point of 0', { zero: 'z' }],
  ])('is found %s', (_, more) => {
    const found = match(nodes(more), [codes, floats('s', [3], [1, 2, 4]), bytes('z', [], [0])]);
    expect(found).toMatchObject({ input: 'x', inputs: 2, columns: 3, transposed: false, weights: { name: 'q' } });
    expect(found?.scale).toEqual(Float32Array.of(1, 2, 4));
  });

  test('with one scale has it for every column', () => {
    expect(match(nodes(), [codes, scalar('s', 0.5)])?.scale).toEqual(Float32Array.of(0.5, 0.5, 0.5));
  });

  test('may be smoothed before: the factor goes along', () => {
    const [, ...others] = nodes();
    const smoothed = [
      makeNode('Mul', ['x', 'k'], ['m']),
      makeNode('DynamicQuantizeLinear', ['m'], ['xq', 'xs', 'xz']),
      ...others,
    ];
    const found = match(smoothed, [codes, scalar('s', 1), floats('k', [2], [2, 3])]);
    expect(found).toMatchObject({ input: 'x', factor: { name: 'k' } });
  });

  test.each<[string, NodeProto[], TensorProto[]]>([
    ['a zero point', nodes({ zero: 'z' }), [codes, scalar('s', 1), bytes('z', [], [3])]],
    ['codes without a sign', nodes(), [bytes('q', [2, 3], [1, 2, 3, 4, 5, 6], dataType.uint8), scalar('s', 1)]],
    ['too few scales', nodes(), [codes, floats('s', [2], [1, 2])]],
    ['scales that are not those of its input', nodes({ scales: ['x', 's'] }), [codes, scalar('s', 1)]],
  ])('is none with %s', (_, given, initializers) => {
    expect(match(given, initializers)).toBeUndefined();
  });
});
