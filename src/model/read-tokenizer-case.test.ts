import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTokenizerCase } from './read-tokenizer-case.js';
import { readTruncationSide } from './read-truncation-side.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-tokenizer-'));
let files = 0;

function written(content: unknown): string {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

// As transformers: BERT's classes make their normalizer from `do_lower_case`, others take tokenizer.json as it is.
test.each([
  [{ tokenizer_class: 'BertTokenizer', do_lower_case: true }, 'bert', true],
  [{ tokenizer_class: 'BertTokenizerFast', do_lower_case: false }, 'roberta', false],
  [{ tokenizer_class: 'MPNetTokenizerFast', do_lower_case: true }, undefined, true],
  [{ tokenizer_class: 'XLMRobertaTokenizer', do_lower_case: true }, 'xlm-roberta', undefined],
  [{ tokenizer_class: 'PreTrainedTokenizerFast', do_lower_case: true }, 'bert', undefined],
  [{ tokenizer_class: 'MyBertTokenizer', do_lower_case: true }, 'bert', undefined],
  [{ do_lower_case: true }, 'distilbert', true],
  [{ tokenizer_class: null, do_lower_case: true }, 'bert', true],
  [{ do_lower_case: true }, 'modernbert', undefined],
  [{ do_lower_case: true }, null, undefined],
  [{ tokenizer_class: 'BertTokenizer' }, 'bert', undefined],
  [{ tokenizer_class: 'BertTokenizer', do_lower_case: 'yes' }, 'bert', undefined],
])('%j of %s: lower case is %s', async (config, architecture, lowerCase) => {
  expect(await readTokenizerCase(written(config), architecture)).toBe(lowerCase);
});

test('without a configuration nothing is said', async () => {
  expect(await readTokenizerCase(join(folder, 'missing.json'), 'bert')).toBeUndefined();
});

test.each([
  [{ truncation_side: 'left' }, { truncation: null }, 'left'],
  [{ truncation_side: 'right' }, { truncation: { direction: 'Left' } }, undefined],
  [{}, { truncation: { direction: 'Left', max_length: 128 } }, 'left'],
  [{}, { truncation: { direction: 'Right' } }, undefined],
  [{ truncation_side: 'middle' }, { truncation: { direction: 'Left' } }, 'left'],
  // Padding has a direction, too, and so may a word.
  [{}, { truncation: null, padding: { direction: 'Left' } }, undefined],
  [{}, { model: { vocab: { truncation: 1, direction: 2, left: 3 } } }, undefined],
])('%j beside %j: the side that is cut is %s', async (config, tokenizer, side) => {
  expect(await readTruncationSide(written(config), written(tokenizer))).toBe(side);
});
