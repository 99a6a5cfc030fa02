import { Tokenizer } from 'tokenizers';
import { expect, test } from 'vitest';
import { tokenizerJson } from './tokenizer-json.js';

const names = ['[CLS]', '[SEP]', '[MASK]', '[UNK]'];
const parts = {
  special: names.map((content, id) => ({ id, content, isMask: content === '[MASK]' })),
  normalizer: { type: 'Lowercase' },
  preTokenizer: { type: 'WhitespaceSplit' },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordLevel',
    unk_token: '[UNK]',
    vocab: { ...Object.fromEntries(names.map((name, id) => [name, id])), a: 4, b: 5, '[mask]': 6 },
  },
  single: ['[CLS]', 'A', '[SEP]'],
  pair: [
    ['[CLS]', 0],
    ['A', 0],
    ['[SEP]', 0],
    ['[SEP]', 0],
    ['B', 1],
    ['[SEP]', 1],
  ] as const,
};
const tokenizer = Tokenizer.fromString(tokenizerJson(parts));
const idsOf = async (text: string) => (await tokenizer.encode(text)).getIds();

test('one text stands between special tokens', async () => {
  expect(await idsOf('a B c')).toEqual([0, 4, 5, 3, 1]);
  expect(await idsOf('')).toEqual([0, 1]);
});

test('of a pair each token has its type', async () => {
  const encoding = await tokenizer.encode('a', 'b a');
  expect(encoding.getIds()).toEqual([0, 4, 1, 1, 5, 4, 1]);
  expect(encoding.getTypeIds()).toEqual([0, 0, 0, 0, 1, 1, 1]);
});

test('special tokens are found as they are written, a mask in whatever case and with the space before it', async () => {
  expect(await idsOf('a [SEP] b')).toEqual([0, 4, 1, 5, 1]);
  // Not "[SEP]", so a word that is not known.
  expect(await idsOf('a [sep] b')).toEqual([0, 4, 3, 5, 1]);
  expect(await idsOf('a [mask]b')).toEqual([0, 4, 2, 5, 1]);
  const [, mask] = (await tokenizer.encode('a [MASK]', null, { addSpecialTokens: false })).getOffsets();
  expect(mask).toEqual([1, 8]);
});

test('nothing is cut off or filled up', () => {
  expect(JSON.parse(tokenizerJson(parts))).toMatchObject({ truncation: null, padding: null });
});
