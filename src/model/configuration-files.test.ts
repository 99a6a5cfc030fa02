import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { configurationFiles } from './configuration-files.js';
import { dimensionsOf } from './dimensions.js';

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'octavec-files-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

test('what says what a model is goes along, weights and results do not', async () => {
  const told = [
    '1_Pooling/config.json',
    '2_Dense/config.json',
    'LICENSE',
    'README.md',
    'added_tokens.json',
    'config.json',
    'config_sentence_transformers.json',
    'merges.txt',
    'modules.json',
    'sentence_bert_config.json',
    'sentencepiece.bpe.model',
    'special_tokens_map.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'vocab.txt',
  ];
  const others = [
    'onnx/model.onnx',
    'model.safetensors',
    'train_results.json',
    '.gitattributes',
    'config.py',
    'data/x.txt',
  ];
  const root = folder(Object.fromEntries([...told, ...others].map((name) => [name, ''])));
  expect(await configurationFiles(root)).toEqual(told.toSorted());
});

test.each([
  [{ '1_Pooling/config.json': '{"word_embedding_dimension": 128}', 'config.json': '{"hidden_size": 384}' }, 128],
  [{ '1_Pooling/config.json': '{"embedding_dimension": 256}' }, 256],
  [{ 'config.json': '{"hidden_size": 384}' }, 384],
  [{ 'config.json': '{"dim": 768}' }, 768],
  [{ 'config.json': '{"hidden_size": "384"}' }, undefined],
  [{ 'config.json': '{ broken', '1_Pooling/config.json': 'null' }, undefined],
  [{}, undefined],
])('dimensions by %j are %s', async (files, dimensions) => {
  expect(await dimensionsOf(folder(files as Record<string, string>))).toBe(dimensions);
});
