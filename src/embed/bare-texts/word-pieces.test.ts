import { readFileSync } from 'node:fs';
import { Tokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { embeddedModel } from '../../../test/support/golden-texts.js';
import { randomNumbers } from '../../numbers/index.js';
import { WordPieces } from './word-pieces.js';

const json = JSON.parse(readFileSync(`${embeddedModel}/tokenizer.json`, 'utf8'));

async function both(changed: object = {}): Promise<{ pieces: WordPieces; library: Tokenizer }> {
  const own = { ...json, truncation: null, padding: null, ...changed };
  const library = Tokenizer.fromString(JSON.stringify(own));
  const pieces = WordPieces.of(own);
  if (pieces === undefined) {
    throw new Error('it is WordPiece');
  }
  pieces.learnFrom(library);
  return { pieces, library };
}

const idsOf = async (library: Tokenizer, text: string) =>
  (await library.encode(text, null, { addSpecialTokens: false })).getIds();

/** Letters, marks, spaces, controls, CJK, private use: whatever a text may hold. */
const ranges = [
  [0x20, 0x7e],
  [0x00, 0x20],
  [0x7f, 0x24f],
  [0x300, 0x36f],
  [0x370, 0x3ff],
  [0x400, 0x52f],
  [0x590, 0x6ff],
  [0x900, 0x97f],
  [0xe00, 0xe7f],
  [0x1e00, 0x1fff],
  [0x2000, 0x206f],
  [0x2100, 0x22ff],
  [0x3000, 0x30ff],
  [0x4e00, 0x4f00],
  [0xac00, 0xad00],
  [0xe000, 0xe00f],
  [0xfb00, 0xffff],
];

describe.each([
  ['lower case', {}],
  ['case kept', { normalizer: { ...json.normalizer, lowercase: false } }],
  ['accents kept', { normalizer: { ...json.normalizer, strip_accents: false } }],
  ['nothing cleaned', { normalizer: { ...json.normalizer, clean_text: false, handle_chinese_chars: false } }],
])('%s', (_, changed) => {
  test('reads random texts as the library does', async () => {
    const { pieces, library } = await both(changed);
    const random = randomNumbers(11);
    const below = (count: number) => Math.floor(random() * count);
    const words = [
      'the',
      'Running',
      "don't",
      'naïve',
      'ΣΑΣ',
      'İstanbul',
      'ﬁne',
      'co-op',
      '3.14',
      'x'.repeat(120),
      '한국어',
      'ß',
    ];
    for (let i = 0; i < 400; i++) {
      const [first, last] = ranges[below(ranges.length)];
      const text = Array.from({ length: 1 + below(12) }, () =>
        random() < 0.5 ? words[below(words.length)] : String.fromCharCode(first + below(last - first + 1)),
      ).join(random() < 0.5 ? ' ' : '');
      const ids = pieces.idsOf(text);
      if (ids !== undefined) {
        expect(ids, JSON.stringify(text)).toEqual(await idsOf(library, text));
      }
    }
  });
});

test.each(['emoji 🙂', 'a [CLS] token', 'a lone \ud800 surrogate'])('leaves "%s" to the library', async (text) => {
  expect((await both()).pieces.idsOf(text)).toBeUndefined();
});

test('reads most of what people write, before the library is there', () => {
  const pieces = WordPieces.of(json);
  expect(pieces?.idsOf('Embeddings, and more!')).toHaveLength(8);
  expect(pieces?.idsOf('naïve')).toBeUndefined();
});

test.each([
  ['another model', { model: { type: 'Unigram', vocab: [], unk_id: 0 } }],
  ['another pre-tokenizer', { pre_tokenizer: { type: 'Whitespace' } }],
  ['added words', { added_tokens: [{ content: 'new york', special: false }] }],
  ['no model', { model: undefined }],
])('is not for %s', (_, changed) => {
  expect(WordPieces.of({ ...json, ...changed })).toBeUndefined();
});
