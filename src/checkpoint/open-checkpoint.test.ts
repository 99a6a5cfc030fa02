import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { safetensorsBytes } from '../files/index.js';
import { openCheckpoint } from './open-checkpoint.js';
import { encoderHome } from './weights/encoder-home.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, content: unknown) =>
  writeFile(join(folder, name), content instanceof Uint8Array ? content : JSON.stringify(content));

const config = {
  ...{ model_type: 'distilbert', dim: 4, n_heads: 2, n_layers: 1, max_position_embeddings: 5 },
};
const linear = (name: string, outputs: number, inputs: number) => ({
  [`${name}.weight`]: [outputs, inputs],
  [`${name}.bias`]: [outputs],
});
const norm = (name: string) => ({ [`${name}.weight`]: [4], [`${name}.bias`]: [4] });
const shapes: Readonly<Record<string, readonly number[]>> = {
  ...{ 'embeddings.word_embeddings.weight': [7, 4], 'embeddings.position_embeddings.weight': [5, 4] },
  ...norm('embeddings.LayerNorm'),
  ...linear('transformer.layer.0.attention.q_lin', 4, 4),
  ...linear('transformer.layer.0.attention.k_lin', 4, 4),
  ...linear('transformer.layer.0.attention.v_lin', 4, 4),
  ...linear('transformer.layer.0.attention.out_lin', 4, 4),
  ...norm('transformer.layer.0.sa_layer_norm'),
  ...linear('transformer.layer.0.ffn.lin1', 6, 4),
  ...linear('transformer.layer.0.ffn.lin2', 4, 6),
  ...norm('transformer.layer.0.output_layer_norm'),
};

function bytesOf(tensors: Readonly<Record<string, readonly number[]>>): Uint8Array {
  return safetensorsBytes(
    Object.entries(tensors).map(([name, dims]) => {
      const count = dims.reduce((product, size) => product * size, 1);
      return { name, type: 'F32', dims, data: Float32Array.from({ length: count }, (_, i) => i) };
    }),
  );
}

describe('a checkpoint', () => {
  test('is opened with its plan, and its numbers are there until it is closed', async () => {
    await write('config.json', config);
    await write('model.safetensors', bytesOf({ ...shapes, 'vocab_layer_norm.weight': [4] }));
    const { architecture, plan, unused, files, weights } = await openCheckpoint(folder);
    expect(architecture).toBe('DistilBERT');
    expect(plan).toMatchObject({ hidden: 4, heads: 2, maxTokens: 5, words: { count: 7 }, types: undefined });
    expect(unused).toEqual(['vocab_layer_norm.weight']);
    expect(files).toEqual([join(folder, 'model.safetensors')]);
    expect([...(await weights.floats(plan.words.weight.tensor, 1, 2))]).toEqual([4, 5, 6, 7]);
    await weights.close();
  });

  test('of a text as its configuration is invalid, and one without is not found', async () => {
    await write('model.safetensors', bytesOf(shapes));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    for (const content of ['"distilbert"', '[1]', 'null', '{', '']) {
      await writeFile(join(folder, 'config.json'), content);
      await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });

  test('of an unknown architecture is refused before its weights are looked for', async () => {
    await write('config.json', { ...config, model_type: 't5' });
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'ARCHITECTURE_UNKNOWN' });
    await write('config.json', config);
    await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'WEIGHTS_INVALID' });
  });

  test.each([
    ['more layers than there are', { n_layers: 2 }, 'transformer.layer.1.attention'],
    ['fewer layers than there are', { n_layers: 1, dim: 8 }, 'does not fit'],
    ['more positions than there are', { max_position_embeddings: 6 }, 'fit [6,4]'],
  ])('with %s is refused', async (_, more, why) => {
    await write('config.json', { ...config, ...more });
    await write('model.safetensors', bytesOf(shapes));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'WEIGHTS_INVALID',
      message: expect.stringContaining(why),
    });
  });
});

describe('the home of an encoder', () => {
  const modules = (path: string) => [
    { idx: 0, name: '0', path, type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
  ];

  test('is the folder itself, or that of the transformer where its configuration is', async () => {
    expect(await encoderHome(folder)).toBe(folder);
    await write('modules.json', modules('0_Transformer'));
    expect(await encoderHome(folder)).toBe(folder);
    await mkdir(join(folder, '0_Transformer'));
    await write('0_Transformer/config.json', config);
    expect(await encoderHome(folder)).toBe(join(folder, '0_Transformer'));
    await write('modules.json', modules(''));
    expect(await encoderHome(folder)).toBe(folder);
  });

  test.each(['../elsewhere', '/etc'])('is not %s, whatever is said', async (path) => {
    await write('modules.json', modules(path));
    const home = await encoderHome(folder).catch((error: { code: string }) => error.code);
    expect(['CONFIG_INVALID', folder]).toContain(home);
  });
});
