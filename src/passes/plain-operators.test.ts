import { describe, expect, test } from 'vitest';
import { float32, int64, runModel } from '../../test/support/run-model.js';
import { floats, integers, scalar, smallModel } from '../../test/support/small-model.js';
import { type AttributeValue, dataType, makeNode, makeTensor, type OnnxModel, tensorFloats } from '../onnx/index.js';
import { plainOperators } from './plain-operators.js';

const wave = (count: number, step = 0.37): number[] => Array.from({ length: count }, (_, i) => Math.sin(1 + i * step));

interface Case {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

const int = (value: number): AttributeValue => ({ int: value });
const float = (value: number): AttributeValue => ({ float: value });

/** x and skip are [2 × 3 × 8]; the mask hides the last token of the second text. */
const cases: Readonly<Record<string, Case>> = {
  Gelu: { op: 'Gelu', inputs: ['x'] },
  BiasGelu: { op: 'BiasGelu', inputs: ['x', 'vector'] },
  FastGelu: { op: 'FastGelu', inputs: ['x', 'vector'] },
  'FastGelu without a bias': { op: 'FastGelu', inputs: ['x'] },
  QuickGelu: { op: 'QuickGelu', inputs: ['x'], attributes: { alpha: float(1.702) } },
  SkipLayerNormalization: {
    op: 'SkipLayerNormalization',
    inputs: ['x', 'skip', 'gamma', 'vector', 'vector'],
    attributes: { epsilon: float(1e-5) },
  },
  'FusedMatMul of a transposed weight': {
    op: 'FusedMatMul',
    inputs: ['x', 'matrix'],
    attributes: { transB: int(1), alpha: float(0.25) },
  },
  Attention: { op: 'Attention', inputs: ['x', 'projections', 'biases'], attributes: { num_heads: int(2) } },
  'Attention with a mask': {
    op: 'Attention',
    inputs: ['x', 'projections', 'biases', 'mask'],
    attributes: { num_heads: int(2) },
  },
};

function modelOf({ op, inputs, attributes }: Case): OnnxModel {
  const fused = makeNode(op, inputs, ['y'], { attributes, domain: 'com.microsoft' });
  const cast = makeNode('Cast', ['int64_mask'], ['mask'], { attributes: { to: int(dataType.int32) } });
  return smallModel({
    inputs: { x: 'float[2,3,8]', skip: 'float[2,3,8]', int64_mask: 'int64[2,3]' },
    outputs: { y: 'float' },
    nodes: [cast, fused],
    initializers: [
      floats('vector', [8], wave(8, 0.9)),
      floats('gamma', [8], wave(8, 0.5)),
      floats('matrix', [5, 8], wave(40)),
      floats('projections', [8, 24], wave(192)),
      floats('biases', [24], wave(24)),
    ],
    domains: { 'com.microsoft': 1 },
    // Gelu came with opset 20; from 18 on, Split says how many parts it gives.
    opset: op === 'Attention' ? 17 : 20,
  });
}

describe('what is fused is written out', () => {
  test.each(Object.entries(cases))('%s', async (_, each) => {
    const model = modelOf(each);
    const plain = plainOperators(model);
    expect(plain.proto.graph.node.filter(({ domain }) => domain === 'com.microsoft')).toEqual([]);
    const feeds = {
      x: float32([2, 3, 8], Float32Array.from(wave(48))),
      skip: float32([2, 3, 8], Float32Array.from(wave(48, 0.7))),
      int64_mask: int64([2, 3], [1, 1, 1, 1, 1, 0]),
    };
    const [expected, found] = await Promise.all([runModel(model, feeds), runModel(plain, feeds)]);
    expect(found.y.dims).toEqual(expected.y.dims);
    const data = expected.y.data as Float32Array;
    (found.y.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(data[i], 4);
    });
  });

  test('but for what has no form in standard operators', () => {
    const odd = makeNode('QAttention', ['x'], ['y'], { domain: 'com.microsoft' });
    const model = smallModel({ inputs: { x: 'float[2]' }, outputs: { y: 'float' }, nodes: [odd] });
    expect(plainOperators(model).proto.graph.node).toEqual([odd]);
  });
});

describe('quantized pairs go', () => {
  const scale = scalar('scale', 0.5);
  const zero = makeTensor('zero', dataType.uint8, [], Uint8Array.of(3));

  test('around an activation', () => {
    const model = smallModel({
      inputs: { x: 'float[2]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('QuantizeLinear', ['x', 'scale', 'zero'], ['codes']),
        makeNode('DequantizeLinear', ['codes', 'scale', 'zero'], ['wide']),
        makeNode('Neg', ['wide'], ['y']),
      ],
      initializers: [scale, zero],
    });
    const wide = plainOperators(model).proto.graph.node.find(({ output }) => output[0] === 'wide');
    expect(wide).toMatchObject({ opType: 'Identity', input: ['x'] });
  });

  test('but not where the scales differ', () => {
    const model = smallModel({
      inputs: { x: 'float[2]' },
      outputs: { y: 'float' },
      nodes: [
        makeNode('QuantizeLinear', ['x', 'scale', 'zero'], ['codes']),
        makeNode('DequantizeLinear', ['codes', 'other', 'zero'], ['y']),
      ],
      initializers: [scale, scalar('other', 0.25), zero],
    });
    expect(plainOperators(model).proto.graph.node).toEqual(model.proto.graph.node);
  });

  test('from biases, and not from weights', () => {
    const model = smallModel({
      outputs: { y: 'float', z: 'float' },
      nodes: [
        makeNode('DequantizeLinear', ['bias_codes', 'scale'], ['y']),
        makeNode('DequantizeLinear', ['weight_codes', 'scale'], ['z']),
      ],
      initializers: [
        scale,
        makeTensor('bias_codes', dataType.int32, [3], Int32Array.of(-2, 0, 7)),
        makeTensor('weight_codes', dataType.int8, [1, 2], Int8Array.of(1, 2)),
      ],
    });
    const { node, initializer } = plainOperators(model).proto.graph;
    expect(node.map(({ output }) => output[0])).toEqual(['z']);
    const bias = initializer.find(({ name }) => name === 'y');
    expect(bias && [...tensorFloats(model, bias)]).toEqual([-1, 0, 3.5]);
  });
});

test('constants become initializers, and sums of two additions', () => {
  const model = smallModel({
    inputs: { x: 'int64[2]' },
    outputs: { y: 'int64' },
    nodes: [
      makeNode('Constant', [], ['c'], { attributes: { value: { tensor: integers('', [1, 2]) } } }),
      makeNode('Sum', ['x', 'c'], ['y']),
    ],
  });
  const { node, initializer } = plainOperators(model).proto.graph;
  expect(node.map(({ opType }) => opType)).toEqual(['Add']);
  expect(initializer.map(({ name }) => name)).toEqual(['c']);
});
