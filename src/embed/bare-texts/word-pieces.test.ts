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

/** Letters, marks, spaces, controls, CJK, private use, and what lies beyond 16 bits: whatever a text may hold. */
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
  [0xfe00, 0xfe0f],
  [0x10000, 0x103ff],
  [0x10400, 0x1044f],
  [0x11000, 0x115ff],
  [0x1d100, 0x1d1ff],
  [0x1d400, 0x1d7ff],
  [0x1f1e6, 0x1f1ff],
  [0x1f300, 0x1faff],
  [0x20000, 0x200ff],
  [0x2f800, 0x2fa1d],
  [0xe0000, 0xe01ef],
  [0xf0000, 0x10ffff],
];

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
  '👩‍👩‍👧',
  '👍🏽',
  '❤️‍🔥',
  '1️⃣',
  '🇩🇪',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  '😀'.repeat(60),
  '😀'.repeat(101),
  'e\u0301\u0323',
  '𝐁𝐨𝐥𝐝',
  '𐐀𐐨',
];

function randomTexts(count: number): string[] {
  const random = randomNumbers(11);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const [first, last] = ranges[below(ranges.length)];
    return Array.from({ length: 1 + below(12) }, () =>
      random() < 0.5 ? words[below(words.length)] : String.fromCodePoint(first + below(last - first + 1)),
    ).join(random() < 0.5 ? ' ' : '');
  });
}

/** A vocabulary that tells all characters of a text apart: as unknown words, mistakes would look alike. */
async function withCharactersOf(text: string, changed: object): Promise<{ model: object }> {
  const { library } = await both(changed);
  const characters = new Set(library.getNormalizer()?.normalizeString(text));
  const pieces = Array.from(characters, (character) => [character, `##${character}`]).flat();
  const names = new Set([...Object.keys(json.model.vocab), ...pieces]);
  return { model: { ...json.model, vocab: Object.fromEntries(Array.from(names, (name, id) => [name, id])) } };
}

describe.each([
  ['lower case', {}],
  ['case kept', { normalizer: { ...json.normalizer, lowercase: false } }],
  ['accents kept', { normalizer: { ...json.normalizer, strip_accents: false } }],
  ['nothing cleaned', { normalizer: { ...json.normalizer, clean_text: false, handle_chinese_chars: false } }],
])('%s', (_, changed) => {
  test('reads random texts as the library does', async () => {
    const texts = randomTexts(800);
    const { pieces, library } = await both({ ...changed, ...(await withCharactersOf(texts.join(''), changed)) });
    const encodings = await library.encodeBatch(texts, { addSpecialTokens: false });
    let left = 0;
    for (const [i, text] of texts.entries()) {
      const ids = pieces.idsOf(text);
      if (ids === undefined) {
        left++;
      } else {
        expect(ids, JSON.stringify(text)).toEqual(encodings[i].getIds());
      }
    }
    // Characters that the pre-tokenizer cuts off on one side, and marks that may swap places.
    expect(left).toBeLessThan(40);
  });
});

test('a word may be as long as its characters, not their halves', async () => {
  const vocab = { '[UNK]': 0, ['😀'.repeat(4)]: 1, '😀': 2, '##😀': 3 };
  const model = { ...json.model, vocab, max_input_chars_per_word: 5 };
  const { pieces, library } = await both({ model, added_tokens: [], post_processor: null });
  for (const [text, ids] of [
    ['😀'.repeat(4), [1]],
    ['😀'.repeat(5), [1, 3]],
    ['😀'.repeat(6), [0]],
    ['x😀 😀x', [0, 0]],
  ] as const) {
    expect(pieces.idsOf(text)).toEqual(ids);
    expect(await idsOf(library, text)).toEqual(ids);
  }
});

test('reads texts as the library does with vocabularies and settings at random', async () => {
  const random = randomNumbers(3);
  const pick = <Value>(list: readonly Value[]): Value => list[Math.floor(random() * list.length)];
  const letters = ['a', 'b', 'A', 'é', '😀', '-', '#', '1', '東', '[', ']'];
  const word = (most: number) => Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(letters)).join('');
  const token = { id: 0, content: '[UNK]', special: true, single_word: false, rstrip: false };
  let read = 0;
  for (let round = 0; round < 60; round++) {
    const prefix = pick(['##', '', '#', 'a']);
    const names = Array.from({ length: 30 }, () => (random() < 0.5 ? word(3) : prefix + word(2)));
    const vocab = Object.fromEntries([...new Set(['[UNK]', ...names])].map((name, id) => [name, id]));
    const { pieces, library } = await both({
      added_tokens: pick([[], [{ ...token, lstrip: random() < 0.5, normalized: random() < 0.3 }]]),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: random() < 0.8,
        handle_chinese_chars: random() < 0.8,
        strip_accents: pick([null, true, false]),
        lowercase: random() < 0.7,
      },
      post_processor: null,
      model: {
        ...{ type: 'WordPiece', unk_token: '[UNK]', vocab, continuing_subword_prefix: prefix },
        max_input_chars_per_word: pick([100, 5, 3, 1, 0]),
      },
    });
    for (let i = 0; i < 10; i++) {
      const text = [word(6), word(6), word(6)].join(pick([' ', '', '  ', '\t']));
      const ids = pieces.idsOf(text);
      if (ids !== undefined) {
        read++;
        expect(ids, JSON.stringify({ text, vocab, prefix })).toEqual(await idsOf(library, text));
      }
    }
  }
  expect(read).toBeGreaterThan(400);
});

test('marks that normalizing may swap are left to the library', async () => {
  const { pieces, library } = await both();
  const normalizer = library.getNormalizer();
  expect(normalizer?.normalizeString('a\u{1d16d}\u{1d165}')).toBe('a\u{1d165}\u{1d16d}');
  for (const text of ['a\u{1d16d}\u{1d165}', 'a\u302e\u1b44', 'a\u{1d15e}']) {
    expect(pieces.idsOf(text)).toBeUndefined();
  }
  // No others: accents are taken away, and vowel signs have no class.
  expect(pieces.idsOf('e\u0301\u0323 हिन्दी')).toEqual(await idsOf(library, 'e\u0301\u0323 हिन्दी'));
});

test('a token that is looked for in the normalized text is not overlooked', async () => {
  const mask = { id: 30522, content: '<Mask>', special: true, normalized: true };
  const rest = { single_word: false, lstrip: false, rstrip: false };
  const { pieces, library } = await both({ added_tokens: [...json.added_tokens, { ...mask, ...rest }] });
  for (const text of ['a <Mask> b', 'a <MASK> b', 'a \u226emask> b']) {
    expect(await idsOf(library, text)).toContain(30522);
    expect(pieces.idsOf(text)).toBeUndefined();
  }
  expect(pieces.idsOf('a mask> b')).toEqual(await idsOf(library, 'a mask> b'));
});

test.each(['a [CLS] token', 'a lone \ud800 surrogate'])('leaves "%s" to the library', async (text) => {
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
  [
    'special words that may be written otherwise',
    { added_tokens: [{ content: 'Mask', special: true, normalized: true }] },
  ],
  ['no model', { model: undefined }],
])('is not for %s', (_, changed) => {
  expect(WordPieces.of({ ...json, ...changed })).toBeUndefined();
});
