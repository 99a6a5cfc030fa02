import { describe, expect, test } from 'vitest';
import { type Feed, float32, int64, largestDifference, runModel } from '../../../test/support/run-model.js';
import { floats, operators, smallModel } from '../../../test/support/small-model.js';
import { type AttributeValue, int64Tensor, makeNode, type OnnxModel, type TensorProto } from '../../onnx/index.js';
import { plainOperators } from '../plain-operators.js';
import { whyFused } from './fused-operators.js';

/** Two texts of five tokens, the second padded by two; four heads of 32. */
const [texts, tokens, heads, width] = [2, 5, 4, 32];
const hidden = heads * width;

const wave = (count: number, step: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1 + i * step));

interface Given {
  readonly declared: string;
  readonly feed: Feed;
}

const states = (columns: number, step: number, ...dims: number[]): Given => {
  const shape = dims.length > 0 ? dims : [texts, tokens, columns];
  const count = shape.reduce((product, size) => product * size, 1);
  const declared = dims.length > 0 ? `float[${dims}]` : `float[batch,tokens,${columns}]`;
  return { declared, feed: float32(shape, wave(count, step)) };
};
const int32s = (dims: number[], values: number[], declared = `int32[${dims}]`): Given => ({
  declared,
  feed: { type: 'int32', dims, data: Int32Array.from(values) },
});
const bools = (dims: number[], values: number[]): Given => ({
  declared: `bool[${dims}]`,
  feed: { type: 'bool', dims, data: Uint8Array.from(values) },
});

const given: Readonly<Record<string, Given>> = {
  query: states(hidden, 0.37),
  key: states(hidden, 0.61),
  value: states(hidden, 0.83),
  keyOfTwo: states(2 * width, 0.61),
  valueOfTwo: states(2 * width, 0.83),
  packed: states(hidden + 4 * width, 0.29),
  wideValue: states(heads * 6, 0.83),
  headed: states(0, 0.37, texts, heads, tokens, width),
  headedKey: states(0, 0.61, texts, heads, tokens, width),
  headedOfTwo: states(0, 0.61, texts, 2, tokens, width),
  headedOfTwoValue: states(0, 0.83, texts, 2, tokens, width),
  headedValue: states(0, 0.83, texts, heads, tokens, width),
  keyMask: int32s([texts, tokens], [1, 1, 1, 1, 1, 1, 1, 1, 0, 0], 'int32[batch,tokens]'),
  mask3: int32s(
    [texts, tokens, tokens],
    Array.from({ length: 50 }, (_, i) => Number(i % 7 !== 3)),
  ),
  counts: int32s([texts], [5, 3]),
  bias4: states(0, 0.71, 1, heads, tokens, tokens),
  bias1: states(0, 0.71, 1, 1, tokens, tokens),
  seen: bools(
    [tokens, tokens],
    Array.from({ length: 25 }, (_, i) => Number(i % 5 <= i / 5 + 1)),
  ),
  lastPlaces: int32s([texts], [4, 2]),
  fullPlaces: int32s([texts], [4, 4]),
  total: int32s([], [tokens], 'int32[]'),
  places: { declared: 'int64[batch,tokens]', feed: int64([texts, tokens], [0, 1, 2, 3, 4, 3, 4, 5, 6, 7]) },
  place: { declared: 'int64[1]', feed: int64([1], [3]) },
  'past_key_values.0.key': states(0, 1, texts, 2, 0, width),
  'past_key_values.0.value': states(0, 1, texts, 2, 0, width),
  textCosines: states(0, 0.21, texts, tokens, width / 2),
  textSines: states(0, 0.43, texts, tokens, width / 2),
};

const angles = (count: number, turn: (angle: number) => number): number[] =>
  Array.from({ length: 16 * count }, (_, i) => turn(Math.floor(i / count) * 0.3 ** (i % count)));

const constants: readonly TensorProto[] = [
  floats('cosines', [16, width / 2], angles(width / 2, Math.cos)),
  floats('sines', [16, width / 2], angles(width / 2, Math.sin)),
  floats('fewCosines', [16, 8], angles(8, Math.cos)),
  floats('fewSines', [16, 8], angles(8, Math.sin)),
  floats('bias', [3 * hidden], Array.from(wave(3 * hidden, 0.57))),
  floats(
    'projections',
    [hidden, 3 * hidden],
    Array.from(wave(3 * hidden * hidden, 0.19), (x) => x / 4),
  ),
  floats(
    'narrowProjections',
    [hidden, 2 * hidden + heads * 6],
    Array.from(wave(hidden * (2 * hidden + heads * 6), 0.19), (x) => x / 4),
  ),
  floats('narrowBias', [2 * hidden + heads * 6], Array.from(wave(2 * hidden + heads * 6, 0.57))),
  floats('norm', [width], Array.from(wave(width, 0.7))),
  floats('gamma', [hidden], Array.from(wave(hidden, 0.5))),
  int64Tensor('one', [1], [1]),
];

interface Case {
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  readonly outputs?: readonly string[];
  readonly domain?: string;
}

const fractional = ['scale', 'softcap', 'epsilon', 'mask_filter_value', 'qk_norm_epsilon'];

function attributesOf({ attributes = {} }: Case): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (typeof value === 'string') {
        return [name, { string: value }];
      }
      if (typeof value !== 'number') {
        return [name, { ints: value }];
      }
      return [name, fractional.includes(name) ? { float: value } : { int: value }];
    }),
  );
}

function modelOf(opType: string, each: Case): OnnxModel {
  const { inputs, outputs = ['y'], domain = 'com.microsoft' } = each;
  const fed = inputs.filter((name) => name in given);
  return smallModel({
    inputs: Object.fromEntries(fed.map((name) => [name, given[name].declared])),
    outputs: Object.fromEntries(outputs.filter((name) => name !== '').map((name) => [name, 'float'])),
    nodes: [makeNode(opType, inputs, outputs, { attributes: attributesOf(each), domain })],
    initializers: constants.filter(({ name = '' }) => inputs.includes(name)),
    domains: { 'com.microsoft': 1 },
    opset: domain === '' ? 23 : 17,
    irVersion: 10,
  });
}

const grouped = { num_heads: heads, kv_num_heads: 2 };
const many = { num_heads: heads };
const lengths = ['', '', 'lastPlaces', 'total'];
const rotary = ['cosines', 'sines'];

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  GroupQueryAttention: {
    'as many heads of keys': {
      inputs: ['query', 'key', 'value', ...lengths],
      attributes: { num_heads: heads, kv_num_heads: heads },
    },
    'fewer heads of keys': { inputs: ['query', 'keyOfTwo', 'valueOfTwo', ...lengths], attributes: grouped },
    'queries, keys and values in one': { inputs: ['packed', '', '', ...lengths], attributes: grouped },
    'a scale': { inputs: ['packed', '', '', ...lengths], attributes: { ...grouped, scale: 0.5 } },
    'a softcap': { inputs: ['packed', '', '', ...lengths], attributes: { ...grouped, softcap: 0.7 } },
    'a window': { inputs: ['packed', '', '', ...lengths], attributes: { ...grouped, local_window_size: 2 } },
    rotation: { inputs: ['packed', '', '', ...lengths, ...rotary], attributes: { ...grouped, do_rotary: 1 } },
    'rotation of neighbours': {
      inputs: ['query', 'keyOfTwo', 'valueOfTwo', ...lengths, ...rotary],
      attributes: { ...grouped, do_rotary: 1, rotary_interleaved: 1 },
    },
    'rotation of a part of each head': {
      inputs: ['query', 'keyOfTwo', 'valueOfTwo', ...lengths, 'fewCosines', 'fewSines'],
      attributes: { ...grouped, do_rotary: 1 },
    },
    'positions that are given': {
      inputs: ['packed', '', '', '', '', 'fullPlaces', 'total', ...rotary, 'places'],
      attributes: { ...grouped, do_rotary: 1 },
    },
    'a bias, behind the softcap': {
      inputs: ['packed', '', '', ...lengths, '', '', '', 'bias4'],
      attributes: { ...grouped, softcap: 0.7 },
    },
    'a bias for all heads': { inputs: ['packed', '', '', ...lengths, '', '', '', 'bias1'], attributes: grouped },
    'sight to both sides': { inputs: ['packed', '', '', ...lengths], attributes: { ...grouped, causal: 0 } },
    'an empty past, and what is kept': {
      inputs: [
        ...['query', 'keyOfTwo', 'valueOfTwo', 'past_key_values.0.key', 'past_key_values.0.value'],
        ...['fullPlaces', 'total', ...rotary],
      ],
      outputs: ['y', 'present.0.key', 'present.0.value'],
      attributes: { ...grouped, do_rotary: 1 },
    },
  },
  MultiHeadAttention: {
    plain: { inputs: ['query', 'key', 'value'], attributes: many },
    'a bias of the projections': { inputs: ['query', 'key', 'value', 'bias'], attributes: many },
    'a mask of keys': { inputs: ['query', 'key', 'value', '', 'keyMask'], attributes: many },
    'a mask that weighs less': {
      inputs: ['query', 'key', 'value', '', 'keyMask'],
      attributes: { ...many, mask_filter_value: -2 },
    },
    'counts of keys': { inputs: ['query', 'key', 'value', '', 'counts'], attributes: many },
    'a mask of pairs': { inputs: ['query', 'key', 'value', '', 'mask3'], attributes: many },
    'something added': { inputs: ['query', 'key', 'value', '', '', 'bias4'], attributes: many },
    'something added for all heads, a mask and a scale': {
      inputs: ['query', 'key', 'value', '', 'keyMask', 'bias1'],
      attributes: { ...many, scale: 0.6 },
    },
    'sight of what is before': {
      inputs: ['query', 'key', 'value', '', 'keyMask'],
      attributes: { ...many, unidirectional: 1 },
    },
    'narrower values': { inputs: ['query', 'key', 'wideValue'], attributes: many },
    'keys and values with their heads first': { inputs: ['query', 'headedKey', 'headedValue'], attributes: many },
  },
  Attention: {
    'a mask of keys': { inputs: ['query', 'projections', 'bias', 'keyMask'], attributes: many },
    'counts of keys': { inputs: ['query', 'projections', 'bias', 'counts'], attributes: many },
    'a mask of pairs': { inputs: ['query', 'projections', 'bias', 'mask3'], attributes: many },
    'something added': { inputs: ['query', 'projections', 'bias', '', '', 'bias4'], attributes: many },
    'sight of what is before': {
      inputs: ['query', 'projections', 'bias', 'keyMask'],
      attributes: { ...many, unidirectional: 1 },
    },
    'narrower values': {
      inputs: ['query', 'narrowProjections', 'narrowBias'],
      attributes: { ...many, qkv_hidden_sizes: [hidden, hidden, heads * 6] },
    },
  },
  RotaryEmbedding: {
    'positions for each text': { inputs: ['query', 'places', 'cosines', 'sines'] },
    'the position of the first token': { inputs: ['query', 'place', 'cosines', 'sines'] },
    'heads first': { inputs: ['headed', 'places', 'cosines', 'sines'] },
    'heads first, and the first position': { inputs: ['headed', 'place', 'cosines', 'sines'] },
    neighbours: { inputs: ['query', 'places', 'cosines', 'sines'], attributes: { interleaved: 1 } },
    'a part of each head': {
      inputs: ['query', 'places', 'fewCosines', 'fewSines'],
      attributes: { num_heads: heads, rotary_embedding_dim: 16 },
    },
  },
  SkipSimplifiedLayerNormalization: {
    plain: { inputs: ['query', 'key', 'gamma'], attributes: { epsilon: 1e-6 } },
    'the sum, too': { inputs: ['query', 'key', 'gamma'], outputs: ['y', '', '', 'sum'], attributes: { epsilon: 1e-6 } },
  },
  'Attention of the standard': {
    plain: { domain: '', inputs: ['query', 'key', 'value'], attributes: { q_num_heads: heads, kv_num_heads: heads } },
    'fewer heads of keys, a scale, what is before': {
      domain: '',
      inputs: ['query', 'keyOfTwo', 'valueOfTwo'],
      attributes: { q_num_heads: heads, kv_num_heads: 2, scale: 0.4, is_causal: 1 },
    },
    'heads first, and a mask': { domain: '', inputs: ['headed', 'headedKey', 'headedValue', 'seen'] },
    'heads first, fewer of keys': { domain: '', inputs: ['headed', 'headedOfTwo', 'headedOfTwoValue', 'bias4'] },
  },
  'RotaryEmbedding of the standard': {
    'positions for each text': {
      domain: '',
      inputs: ['query', 'cosines', 'sines', 'places'],
      attributes: { num_heads: heads },
    },
    'caches for each text': { domain: '', inputs: ['headed', 'textCosines', 'textSines'] },
    'neighbours, in a part of each head': {
      domain: '',
      inputs: ['headed', 'fewCosines', 'fewSines', 'places'],
      attributes: { interleaved: 1, rotary_embedding_dim: 16 },
    },
  },
};

/** Where lengths are given, what the second text has behind its end is nobody's to look at. */
function withoutPadding(data: ArrayLike<number | bigint>, { inputs }: Case): (number | bigint)[] {
  const all = Array.from(data);
  return inputs.includes('lastPlaces') ? all.slice(0, (all.length / (texts * tokens)) * (tokens + 3)) : all;
}

describe.each(Object.entries(cases))('%s gives the same in plain operators', (name, of) => {
  const [opType] = name.split(' ');
  test.each(Object.entries(of))('%s', async (_, each) => {
    const model = modelOf(opType, each);
    const plain = plainOperators(model);
    expect(operators(plain)).not.toContain(opType);
    expect(plain.proto.graph.node.some(({ domain }) => domain === 'com.microsoft')).toBe(false);
    const feeds = Object.fromEntries(Object.entries(given).map(([input, { feed }]) => [input, feed]));
    const [expected, found] = await Promise.all([runModel(model, feeds), runModel(plain, feeds)]);
    for (const output of Object.keys(expected)) {
      expect(found[output].dims).toEqual(expected[output].dims);
      const [a, b] = [found[output].data, expected[output].data].map((data) => withoutPadding(data, each));
      expect(largestDifference(a, b)).toBeLessThan(1e-5);
    }
  });
});

const refused: readonly (readonly [string, Case, string])[] = [
  [
    'GroupQueryAttention',
    { inputs: ['packed', '', '', ...lengths], attributes: { ...grouped, smooth_softmax: 1 } },
    'a softmax with a sink',
  ],
  [
    'GroupQueryAttention',
    { inputs: ['packed', '', '', ...lengths], attributes: { ...grouped, k_quant_type: 'PER_TENSOR' } },
    'quantized keys and values',
  ],
  [
    'GroupQueryAttention',
    { inputs: ['query', 'keyOfTwo', 'valueOfTwo', 'headedOfTwo', 'headedOfTwoValue'], attributes: grouped },
    'a past that is computed',
  ],
  [
    'GroupQueryAttention',
    { inputs: ['packed', '', '', ...lengths], attributes: { ...grouped, causal: 0, local_window_size: 3 } },
    'a window to both sides',
  ],
  [
    'GroupQueryAttention',
    { inputs: ['packed', '', '', ...lengths, '', '', '', '', '', '', '', 'norm', 'norm'], attributes: grouped },
    'norms of queries and keys inside',
  ],
  ['MultiHeadAttention', { inputs: ['query'], attributes: many }, 'packed queries, keys and values'],
  [
    'Attention',
    { inputs: ['query', 'projections', 'bias'], attributes: { ...many, do_rotary: 1 } },
    'rotary positions in an attention with projections',
  ],
  [
    'RotaryEmbedding',
    { inputs: ['query', 'places', 'cosines', 'sines'], attributes: { is_packed_batching: 1 } },
    'packed texts',
  ],
  [
    'Attention',
    { domain: '', inputs: ['headed', 'headedKey', 'headedValue'], attributes: { softcap: 2 } },
    'scores that are capped',
  ],
];

test.each(refused)('%s stays for a reason (%#)', (opType, each, reason) => {
  const model = modelOf(opType, each);
  expect(plainOperators(model).proto.graph.node).toEqual(model.proto.graph.node);
  expect(whyFused(model, model.proto.graph.node[0])).toBe(reason);
});

test('an operator that is not known, or that is written out, has no reason to stay', () => {
  const { proto } = modelOf('MultiHeadAttention', { inputs: ['query', 'key', 'value'], attributes: many });
  expect(whyFused({ path: '', proto }, proto.graph.node[0])).toBeUndefined();
  expect(whyFused({ path: '', proto }, makeNode('QAttention', [], ['y'], { domain: 'com.microsoft' }))).toBeUndefined();
});
