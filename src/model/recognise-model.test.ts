import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findKnownModel } from './known-models.js';
import { recogniseModel } from './recognise-model.js';

/** What a folder without a name of its own is recognised as by its model card. */
async function byCard(card: string) {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-card-'));
  writeFileSync(join(folder, 'README.md'), card);
  const found = await recogniseModel(folder, undefined);
  return found && [found.model.name, found.by];
}

test.each([
  ['a base', '---\nbase_model: BAAI/bge-small-en-v1.5\n---\n', 'base_model of the model card'],
  ['a base in quotes', '---\nbase_model: "BAAI/bge-small-en-v1.5"\n---\n', 'base_model of the model card'],
  ['a list of bases', '---\ntags: [x]\nbase_model:\n  - BAAI/bge-small-en\n---\n', 'base_model of the model card'],
  ['results', "---\nmodel-index:\n- name: 'bge-small-en'\n  results: []\n---\n", 'the model card'],
])('a model card names %s, whatever its lines end with', async (_, card, by) => {
  expect(await byCard(card)).toEqual(['BGE', by]);
  expect(await byCard(card.replaceAll('\n', '\r\n'))).toEqual(['BGE', by]);
  expect(await byCard(`\uFEFF${card}`)).toEqual(['BGE', by]);
});

test('only the head of a card is read, and only its own keys', async () => {
  expect(await byCard('# bge\nbase_model: BAAI/bge-small-en\n')).toBeUndefined();
  expect(await byCard('---\nother_base_model: BAAI/bge-small-en\n---\n')).toBeUndefined();
  expect(await byCard('---\ntags: []\n---\nbase_model: BAAI/bge-small-en\n')).toBeUndefined();
});

test('a name of its own comes first, then that of a repository in the cache of the hub', async () => {
  const config = { _name_or_path: 'intfloat/e5-small' } as never;
  expect(await recogniseModel('/models/bge-large-zh', config)).toMatchObject({
    model: { name: 'BGE' },
    by: "the folder's name",
  });
  const cached = '/cache/models--Qwen--Qwen3-Embedding-0.6B/snapshots/97b0c61';
  expect(await recogniseModel(cached, config)).toMatchObject({ model: { name: 'Qwen3-Embedding' } });
  expect(await recogniseModel('/models/mine', config)).toMatchObject({ by: '_name_or_path of config.json' });
  expect(await recogniseModel('/models/mine', undefined)).toBeUndefined();
});

// What their makers publish, by their repositories.
test.each([
  ['sentence-transformers/all-MiniLM-L6-v2', 'mean', 256],
  ['sentence-transformers/all-mpnet-base-v2', 'mean', 384],
  ['sentence-transformers/multi-qa-MiniLM-L6-cos-v1', 'mean', 512],
  ['BAAI/bge-m3', 'cls', 8192],
  ['Xenova/bge-base-en-v1.5', 'cls', 512],
  ['intfloat/multilingual-e5-small', 'mean', 512],
  ['thenlper/gte-small', 'mean', 512],
  ['Alibaba-NLP/gte-multilingual-base', 'cls', 8192],
  ['mixedbread-ai/mxbai-embed-large-v1', 'cls', 512],
  ['Snowflake/snowflake-arctic-embed-l-v2.0', 'cls', 8192],
  ['onnx-community/Qwen3-Embedding-0.6B-ONNX', 'lasttoken', 32768],
])('%s is known', (name, pooling, maxTokens) => {
  expect(findKnownModel(name)).toMatchObject({ pooling, maxTokens });
});

test.each([
  'BAAI/bge-reranker-base',
  'cross-encoder/ms-marco-MiniLM-L6-v2',
  'my-gte-finetune',
  'bert-base-uncased',
  'naver/splade-bge-small-en',
  'e5-tiny',
  '',
])('%s is not taken for a known embedding model', (name) => {
  expect(findKnownModel(name)).toBeUndefined();
});

test('the instruct model of E5 has other prompts than its family', () => {
  expect(findKnownModel('intfloat/multilingual-e5-large-instruct')?.prompts).toBeUndefined();
  expect(findKnownModel('intfloat/multilingual-e5-large')?.prompts).toEqual({ query: 'query: ', passage: 'passage: ' });
});
