import { Tokenizer } from 'tokenizers';
import { expect, test } from 'vitest';
import { studentTokenizer } from './student-tokenizer.js';

const added = (id: number, content: string) => ({
  ...{ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
});
const common = {
  version: '1.0',
  truncation: { max_length: 3 },
  padding: {},
  post_processor: { type: 'BertProcessing' },
};
const wordPiece = {
  ...common,
  added_tokens: [added(2, '[UNK]'), added(7, '[MASK]')],
  normalizer: {
    type: 'BertNormalizer',
    lowercase: true,
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  decoder: null,
  model: {
    ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
    vocab: { '[unused0]': 0, '[unused1]': 1, '[UNK]': 2, cat: 3, '##s': 4, dog: 5, new: 6 },
  },
};

const idsOf = async (json: object, text: string) => {
  const tokenizer = Tokenizer.fromString(JSON.stringify(json));
  return (await tokenizer.encode(text, null, { addSpecialTokens: false })).getTokens();
};

test('WordPiece without unused tokens, with ids from 0 on', async () => {
  const { json, teacherIds, unknownId, unknownToken, paddingToken } = studentTokenizer(wordPiece, 't.json');
  expect([...teacherIds]).toEqual([2, 3, 4, 5, 6, 7]);
  // Where there is no token for padding, the unknown one is, which does not count either.
  expect([unknownId, unknownToken, paddingToken]).toEqual([0, '[UNK]', '[UNK]']);
  expect(await idsOf(json, 'Cats, DOG')).toEqual(['cat', '##s', '[UNK]', 'dog']);
  expect(json).toMatchObject({ truncation: null, padding: null, post_processor: null });
});

test('words and phrases of one’s own', async () => {
  const { json, words } = studentTokenizer(
    wordPiece,
    't.json',
    ['dogs', 'new york', 'cat', ' ', 'dogs'],
    (word) => word === 'dogs',
  );
  expect(words).toEqual(['dogs', 'new york']);
  expect(await idsOf(json, 'dogs of New York, newyork')).toEqual(['dogs', '[UNK]', 'new york', '[UNK]', '[UNK]']);
  const vocabulary = Tokenizer.fromString(JSON.stringify(json)).getVocab(true);
  expect(Object.values(vocabulary).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('Unigram keeps its scores, and its unknown token its place', async () => {
  const vocab = [
    ['<s>', 0],
    ['[unused0]', 0],
    ['<unk>', 0],
    ['▁a', -1],
    ['b', -2],
  ];
  const unigram = {
    ...wordPiece,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: { type: 'Unigram', unk_id: 2, vocab, byte_fallback: false },
  };
  const { json, teacherIds, unknownId } = studentTokenizer(unigram, 't.json');
  expect([...teacherIds]).toEqual([0, 2, 3, 4]);
  expect(unknownId).toBe(1);
  expect(await idsOf(json, 'ab')).toEqual(['▁a', 'b']);
});

test('BPE keeps all of its tokens: merges refer to them', () => {
  const model = { type: 'BPE', vocab: { '[unused0]': 0, a: 1, b: 2, ab: 3 }, merges: [['a', 'b']], unk_token: null };
  const { teacherIds } = studentTokenizer({ ...wordPiece, added_tokens: [], model }, 't.json');
  expect([...teacherIds]).toEqual([0, 1, 2, 3]);
});

test.each([[[]], [null], [{ model: {} }]])('%j is no tokenizer', (json) => {
  expect(() => studentTokenizer(json, 't.json')).toThrow(/vocabulary/);
});

test('tokens that were added stay behind the vocabulary, each with the id of its row', async () => {
  const { json, teacherIds } = studentTokenizer(
    { ...wordPiece, added_tokens: [added(2, '[UNK]'), added(9, '[B]'), added(8, '[A]'), added(0, '[unused0]')] },
    't.json',
    ['new york'],
  );
  const listed = (json as typeof wordPiece).added_tokens.map(({ id, content }) => [id, content]);
  // Vocabulary 0 to 4, then those beyond it in their order, then phrases.
  expect(listed).toEqual([
    [0, '[UNK]'],
    [5, '[B]'],
    [6, '[A]'],
    [7, 'new york'],
  ]);
  expect([...teacherIds]).toEqual([2, 3, 4, 5, 6, 9, 8]);
});

test('a vocabulary with gaps and in another order gets ids from 0 on, in the order of the old ones', () => {
  const model = { ...wordPiece.model, vocab: { dog: 90, '[UNK]': 3, cat: 17, '7': 40 } };
  const { json, teacherIds } = studentTokenizer({ ...wordPiece, added_tokens: [], model }, 't.json');
  expect((json as typeof wordPiece).model.vocab).toEqual({ '[UNK]': 0, cat: 1, '7': 2, dog: 3 });
  expect([...teacherIds]).toEqual([3, 17, 40, 90]);
});

test('a token whose name every object has is one as others are', () => {
  const vocab = JSON.parse('{"[UNK]": 0, "__proto__": 1, "constructor": 2}');
  const model = { ...wordPiece.model, vocab };
  const { json, teacherIds, words } = studentTokenizer({ ...wordPiece, added_tokens: [], model }, 't.json', [
    'toString',
  ]);
  expect([...teacherIds]).toEqual([0, 1, 2]);
  expect(JSON.stringify((json as typeof wordPiece).model.vocab)).toBe('{"[UNK]":0,"__proto__":1,"constructor":2}');
  expect(words).toEqual(['toString']);
});

test('padding is that of the teacher where it has one', () => {
  const model = { ...wordPiece.model, vocab: { '[PAD]': 0, '[UNK]': 1, cat: 2 } };
  expect(studentTokenizer({ ...wordPiece, added_tokens: [], model }, 't.json').paddingToken).toBe('[PAD]');
  const bpe = { type: 'BPE', vocab: { a: 0 }, merges: [], unk_token: null };
  expect(studentTokenizer({ ...wordPiece, added_tokens: [], model: bpe }, 't.json').paddingToken).toBeUndefined();
});

test('what the teacher has is left as it was', () => {
  const before = structuredClone(wordPiece);
  studentTokenizer(wordPiece, 't.json', ['dogs', 'new york'], () => true);
  expect(wordPiece).toEqual(before);
});
