import { describe, expect, test } from 'vitest';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { foldConstants } from '../graph/index.js';
import { readModel } from '../onnx/index.js';
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
