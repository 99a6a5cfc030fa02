import { describe, expect, test } from 'vitest';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { foldConstants } from '../graph/index.js';
import { readModel } from '../onnx/index.js';
import { type LayerRole, rolesOf } from './roles.js';
import { selectParts } from './selection.js';

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

describe('selectParts', () => {
  const load = async () => foldConstants(await readModel(tinyModelPaths()[0]));

  test('takes roles and names with *', async () => {
    const model = await load();
    const all = selectParts(model);
    const downs = selectParts(model, { include: ['ffn-down'] });
    expect(downs.layers).toHaveLength(2);
    expect(downs.tables).toHaveLength(0);
    expect(selectParts(model, { exclude: ['ffn-down', 'embeddings'] }).layers).toHaveLength(all.layers.length - 2);
    const [first] = downs.layers;
    expect(selectParts(model, { include: [`${first.node.name?.slice(0, -1)}*`] }).layers.length).toBeGreaterThan(0);
  });

  test('a pattern that fits nothing is an error that says what would', async () => {
    const model = await load();
    expect(() => selectParts(model, { exclude: ['ffn-dwn'] })).toThrow(/"ffn-dwn" fits no layer.*ffn-down/);
  });
});
