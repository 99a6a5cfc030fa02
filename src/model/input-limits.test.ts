import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readInputLimits, readModelConfig } from './input-limits.js';

/** The limits of a folder with these files. */
async function limits(files: Readonly<Record<string, unknown>>, known?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-limits-'));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return readInputLimits(folder, await readModelConfig(folder), known);
}

const sentence = (config: object) => ({ 'sentence_bert_config.json': config });
const model = (config: object) => ({ 'config.json': config });
const tokenizer = (config: object) => ({ 'tokenizer_config.json': config });

describe('the longest input', () => {
  test.each([
    [
      'what sentence-transformers says',
      { ...sentence({ max_seq_length: 256 }), ...tokenizer({ model_max_length: 512 }) },
      256,
    ],
    ['as an older version named its file', { 'sentence_roberta_config.json': { max_seq_length: 128 } }, 128],
    [
      'the smallest of tokenizer and positions',
      { ...tokenizer({ model_max_length: 512 }), ...model({ max_position_embeddings: 384 }) },
      384,
    ],
    [
      'the tokenizer where there are more positions',
      { ...tokenizer({ model_max_length: 100 }), ...model({ max_position_embeddings: 384 }) },
      100,
    ],
    ['512 where nothing is said', {}, 512],
    ['512 where a tokenizer has no limit', tokenizer({ model_max_length: 1e30 }), 512],
    [
      '512 where limits are none',
      { ...sentence({ max_seq_length: null }), ...model({ max_position_embeddings: -1 }) },
      512,
    ],
    ['a whole number', tokenizer({ model_max_length: 77.9 }), 77],
  ])('is %s', async (_, files, expected) => {
    expect((await limits(files)).maxTokens).toBe(expected);
  });

  test('is what is known of the model where its files allow more, and never beyond its positions', async () => {
    expect((await limits(tokenizer({ model_max_length: 512 }), 256)).maxTokens).toBe(256);
    expect((await limits(model({ max_position_embeddings: 128 }), 256)).maxTokens).toBe(128);
    const asked = { ...sentence({ max_seq_length: 1024 }), ...model({ max_position_embeddings: 512 }) };
    expect(await limits(asked, 256)).toEqual({ maxTokens: 512, positions: 512, lowerCase: false });
  });

  test.each(['roberta', 'xlm-roberta', 'mpnet', 'camembert'])(
    'of %s leaves out the two positions that padding takes',
    async (model_type) => {
      const found = await limits(model({ model_type, max_position_embeddings: 514 }));
      expect(found).toMatchObject({ maxTokens: 512, positions: 512 });
    },
  );

  test('of rotary positions is not bounded by what it was trained with', async () => {
    for (const rotary of [
      { rope_theta: 1e4 },
      { rotary_emb_base: 1000 },
      { position_embedding_type: 'rope' },
      { position_embedding_type: 'alibi' },
    ]) {
      const config = model({ max_position_embeddings: 512, ...rotary });
      const found = await limits({ ...config, ...sentence({ max_seq_length: 8192 }) });
      expect(found).toMatchObject({ maxTokens: 8192, positions: undefined });
      // Without a word of sentence-transformers, the trained length is the best that is known.
      expect((await limits(config)).maxTokens).toBe(512);
    }
  });
});

test('lower case is what sentence-transformers asks for', async () => {
  expect((await limits(sentence({ do_lower_case: true }))).lowerCase).toBe(true);
  expect((await limits(sentence({ max_seq_length: 9 }))).lowerCase).toBe(false);
});

test.each([
  ['a length that is a text', sentence({ max_seq_length: '256' }), /sentence_bert_config\.json.*max_seq_length/],
  ['half a token', sentence({ max_seq_length: 0.5 }), /max_seq_length: must be a whole number/],
  ['a list for a configuration', { 'config.json': [] }, /config\.json.*an object/],
])('%s is refused, with its place', async (_, files, message) => {
  await expect(limits(files)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(message),
  });
});
