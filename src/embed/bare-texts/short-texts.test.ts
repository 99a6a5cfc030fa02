import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { embeddedModel } from '../../../test/support/golden-texts.js';
import { letterTokenizer } from '../../../test/support/tiny-folder.js';
import type { StaticReading } from '../../model/index.js';
import { readTokenizer } from '../read-tokenizer.js';
import { tokenizeTexts } from '../tokenize-texts.js';
import type { TextsToTokenize, TokenizerSettings } from '../tokenizer-protocol.js';
import { readBareTexts } from './bare-texts.js';
import { Characters } from './characters.js';
import { ShortTexts } from './short-texts.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-short-texts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(embeddedModel, 'tokenizer.json');
const frame = { before: [101], behind: [102] };
const settings: TokenizerSettings = { path, lowerCase: false, maxTokens: 16, padTokenId: 0 };

async function thread(given: TokenizerSettings, around = frame) {
  const library = await readTokenizer(given.path, given.tokenizerLowerCase);
  library.disablePadding();
  library.disableTruncation();
  return (question: TextsToTokenize) =>
    tokenizeTexts({ library: async () => library, frame: around, settings: given }, question);
}

const question = (texts: string[], more: Partial<TextsToTokenize> = {}): TextsToTokenize => ({
  ...{ texts, prompt: '', overLong: 'truncate', truncationSide: 'right', overlap: 0, lanes: 1, ...more },
});

test.each([
  ['as the model is', {}],
  ['with case', { tokenizerLowerCase: false }],
  ['with texts in lower case', { lowerCase: true, tokenizerLowerCase: false }],
])('short texts are read as the thread reads them, %s', async (_, changes) => {
  const given = { ...settings, ...changes };
  const ask = await thread(given);
  const short = await ShortTexts.of(given, frame);
  expect(await short?.agreesWith(ask)).toBe(true);
  for (const asked of [
    question(['A cat sits on the mat.']),
    question([' Two ', 'texts,\tTWO rows']),
    question(['', 'and an empty one']),
    question(['with a prompt'], { prompt: 'Query: ' }),
    question(['exactly as many tokens as the model takes: one two three']),
  ]) {
    const read = short?.read(asked);
    expect(read).toEqual(await ask(asked));
  }
});

test.each([
  ['as the model is', {}],
  ['with case', { tokenizerLowerCase: false }],
])('characters beyond ASCII are read when the library has told about them, %s', async (_, changes) => {
  const given = { ...settings, ...changes };
  const ask = await thread(given);
  const short = (await ShortTexts.of(given, frame)) as ShortTexts;
  const library = new Characters(true);
  library.learnFrom(await readTokenizer(given.path, given.tokenizerLowerCase));
  const asked = question(['Café “naïve” – 20 €', 'Łódź 👩‍👩‍👧', 'Мо 東京 ﬁne e\u0301', 'good 😀, 𠀀!']);
  expect(short.read(asked)).toBeUndefined();
  const unknown = short.unknownCharacters(asked);
  expect([...unknown]).toHaveLength(new Set(unknown).size);
  expect(unknown).toContain('é');
  expect(unknown).not.toContain('n');
  short.learn(library.facts(unknown));
  expect(short.unknownCharacters(asked)).toBe('');
  expect(short.read(asked)).toEqual(await ask(asked));
});

test.each<StaticReading>(['model2vec', 'sentence-transformers'])(
  'texts of a static model, %s',
  async (staticReading) => {
    const given = { ...settings, maxTokens: 40, staticReading };
    const none = { before: [], behind: [] };
    const library = await readTokenizer(path, undefined);
    const bare = await readBareTexts(path, staticReading, given.maxTokens);
    const ask = (asked: TextsToTokenize) =>
      tokenizeTexts({ library: async () => library, frame: none, settings: given, bare }, asked);
    const short = (await ShortTexts.of(given, none)) as ShortTexts;
    expect(await short.agreesWith(ask)).toBe(true);
    for (const asked of [
      question(['The cat sits on mats.']),
      question(['', ' two ']),
      // model2vec leaves out what has no token.
      question(['x'.repeat(101)], { prompt: 'of ' }),
      question([`cat ${'y'.repeat(101)}`], { overLong: 'error' }),
    ]) {
      expect(short.read(asked)).toEqual(await ask(asked));
    }
    // Too long in tokens; and in characters, by which only model2vec cuts.
    expect(short.read(question(['a '.repeat(41)]))).toBeUndefined();
    const long = short.read(question([`cat${' '.repeat(400)}cat`]));
    expect(long === undefined).toBe(staticReading === 'model2vec');
  },
);

test('nobody is asked about texts that are not read here, and half of a surrogate pair stays unread', async () => {
  const short = (await ShortTexts.of(settings, frame)) as ShortTexts;
  for (const asked of [
    question(['é'.repeat(1025)]),
    question(Array(5).fill('é')),
    question(['é'], { query: 'with this' }),
  ]) {
    expect(short.unknownCharacters(asked)).toBe('');
  }
  const asked = question(['good \ud83d']);
  const library = new Characters(true);
  library.learnFrom(await readTokenizer(settings.path, undefined));
  short.learn(library.facts(short.unknownCharacters(asked)));
  expect(short.unknownCharacters(asked)).toBe('');
  expect(short.read(asked)).toBeUndefined();
});

test('what is unusual is left to the thread', async () => {
  const short = await ShortTexts.of(settings, frame);
  for (const asked of [
    question(['naïve']),
    question(['a [MASK] in it']),
    question(['word '.repeat(15)]),
    question(['x'.repeat(2000)]),
    question(Array(5).fill('many')),
    question(['a pair'], { query: 'with this' }),
  ]) {
    expect(short?.read(asked)).toBeUndefined();
  }
});

test('other tokenizers, and ones that the thread reads differently, are not read here', async () => {
  const letters = join(folder, 'letters.json');
  writeFileSync(letters, letterTokenizer());
  expect(await ShortTexts.of({ ...settings, path: letters }, frame)).toBeUndefined();
  const json = JSON.parse(readFileSync(path, 'utf8'));
  const changed = join(folder, 'changed.json');
  writeFileSync(changed, JSON.stringify({ ...json, post_processor: null }));
  const bare = { ...settings, path: changed };
  const short = await ShortTexts.of(bare, frame);
  expect(await short?.agreesWith(await thread(bare))).toBe(false);
});
