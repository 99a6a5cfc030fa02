import { describe, expect, test } from 'vitest';
import { tinyModelPaths } from '../../test/support/tiny-model-paths.js';
import { foldConstants } from '../graph/index.js';
import { readModel } from '../onnx/index.js';
import { selectParts } from './selection.js';

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
