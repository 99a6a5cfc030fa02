import { describe, expect, test } from 'vitest';
import { floats, smallModel } from '../../test/support/small-model.js';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { foldConstants } from '../graph/index.js';
import { makeNode, type OnnxModel, readModel } from '../onnx/index.js';
import { type LayerRole, rolesOf } from './roles.js';

/** Layers of each role in two blocks of an encoder. */
const plain = { q: 2, k: 2, v: 2, 'attention-output': 2, 'ffn-up': 2, 'ffn-down': 2 };
const gated = { ...plain, 'ffn-up': 4 };
const expected: Readonly<Record<string, Partial<Record<LayerRole, number>>>> = {
  bert: plain,
  distilbert: plain,
  'gemma3-text': gated,
  modernbert: { qkv: 2, 'attention-output': 2, 'ffn-up': 2, 'ffn-down': 2 },
  mpnet: plain,
  'nomic-bert': gated,
  qwen3: gated,
  roberta: plain,
  'xlm-roberta': plain,
};

describe('roles are found by the flow of data, whoever exported the model', () => {
  for (const path of tinyModelPaths()) {
    const architecture = path.split('/').at(-3) ?? '';
    test(path, async () => {
      const counts: Record<string, number> = {};
      for (const role of rolesOf(foldConstants(await readModel(path))).values()) {
        counts[role] = (counts[role] ?? 0) + 1;
      }
      expect(counts).toEqual(expected[architecture]);
    });
  }
});

describe('roles are found around attention that is one operator', () => {
  const weight = (name: string, columns: number) => floats(name, [32, columns], new Array(32 * columns).fill(0));
  const linear = (input: string, output: string) => makeNode('MatMul', [input, `${output}.weight`], [output]);
  const attention = (opType: string, inputs: readonly string[]) =>
    makeNode(opType, inputs, ['context'], {
      domain: 'com.microsoft',
      attributes: { num_heads: { int: 2 }, kv_num_heads: { int: 2 } },
    });
  const names = ({ proto }: OnnxModel, roles: ReturnType<typeof rolesOf>) =>
    proto.graph.node.flatMap((node) => (roles.has(node) ? [`${node.output[0]}: ${roles.get(node)}`] : []));

  test('with rotary positions before it', () => {
    const model = smallModel({
      inputs: { x: 'float[b,s,32]', position_ids: 'int64[b,s]' },
      outputs: { y: 'float' },
      nodes: [
        ...['queries', 'keys', 'values'].map((name) => linear('x', name)),
        makeNode('RotaryEmbedding', ['queries', 'position_ids', 'cos', 'sin'], ['turned'], { domain: 'com.microsoft' }),
        attention('MultiHeadAttention', ['turned', 'keys', 'values']),
        linear('context', 'y'),
      ],
      initializers: ['queries', 'keys', 'values', 'y'].map((name) => weight(`${name}.weight`, 32)),
    });
    const expected = ['queries: q', 'keys: k', 'values: v', 'y: attention-output'];
    expect(names(model, rolesOf(model))).toEqual(expected);
  });

  test('with queries, keys and values in one', () => {
    const model = smallModel({
      inputs: { x: 'float[b,s,32]' },
      outputs: { y: 'float' },
      nodes: [linear('x', 'packed'), attention('GroupQueryAttention', ['packed', '', '']), linear('context', 'y')],
      initializers: [weight('packed.weight', 96), weight('y.weight', 32)],
    });
    expect(names(model, rolesOf(model))).toEqual(['packed: qkv', 'y: attention-output']);
  });
});
