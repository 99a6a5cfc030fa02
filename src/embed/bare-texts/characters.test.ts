import type { Tokenizer } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { Characters, characterKinds } from './characters.js';

/** Lower-cases, takes accents away and cuts at spaces and punctuation, as BERT does; notes what it is asked. */
function tokenizerLike(asked: string[] = []) {
  const normalizeString = (text: string) => {
    asked.push(text);
    return text
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .toLowerCase();
  };
  const preTokenizeString = (text: string) => (text.match(/\p{P}|[^\p{P}\s]+/gu) ?? []).map((word) => [word]);
  return {
    getNormalizer: () => ({ normalizeString }),
    getPreTokenizer: () => ({ preTokenizeString }),
  } as unknown as Tokenizer;
}

const kindOf = (characters: Characters, character: string) => {
  const kind = characters.kindOf(character.codePointAt(0) as number);
  return Object.entries(characterKinds).find(([, value]) => value === kind)?.[0];
};

describe('ASCII is known without the library', () => {
  test.each([
    ['a', 'same', 'a'],
    ['A', 'replaced', 'a'],
    ['7', 'same', '7'],
    ['!', 'alone', '!'],
    ['_', 'alone', '_'],
    ['~', 'alone', '~'],
    [' ', 'space', ''],
    ['\n', 'space', ''],
    ['\0', 'other', ''],
    ['é', 'other', ''],
  ])('%j is %s', (character, kind, replacement) => {
    const characters = new Characters(true);
    expect(kindOf(characters, character)).toBe(kind);
    expect(characters.replacementOf(character.codePointAt(0) as number)).toBe(replacement);
  });

  test('capitals stay where the model keeps them', () => {
    expect(kindOf(new Characters(false), 'A')).toBe('same');
  });
});

describe('of other characters the library is asked', () => {
  test.each([
    ['é', 'replaced', 'e'],
    ['É', 'replaced', 'e'],
    ['ж', 'same', 'ж'],
    ['\u0301', 'replaced', ''],
    ['«', 'alone', '«'],
    ['\u00a0', 'space', ''],
    ['\ud83d', 'other', ''],
    ['\ude00', 'other', ''],
    ['😀', 'same', '😀'],
    ['𐐀', 'replaced', '𐐨'],
    ['\u{e0100}', 'replaced', ''],
    ['\u{1d16d}', 'other', ''],
    ['\u{10ffff}', 'same', '\u{10ffff}'],
  ])('%j is %s', (character, kind, replacement) => {
    const characters = new Characters(true);
    characters.learnFrom(tokenizerLike());
    expect(kindOf(characters, character)).toBe(kind);
    expect(characters.replacementOf(character.codePointAt(0) as number)).toBe(replacement);
  });

  test('once for each', () => {
    const asked: string[] = [];
    const characters = new Characters(true);
    characters.learnFrom(tokenizerLike(asked));
    for (let i = 0; i < 3; i++) {
      characters.kindOf('é'.charCodeAt(0));
      characters.kindOf('a'.charCodeAt(0));
    }
    expect(asked).toEqual(['aéa']);
  });

  test('and where it is in another thread, its answers are taken over', () => {
    const [there, here] = [new Characters(true), new Characters(true)];
    there.learnFrom(tokenizerLike());
    const text = 'aéeé 😀«😀';
    expect(here.unknownIn(text)).toBe('é😀«');
    here.learn(there.facts('é😀«'));
    expect(here.unknownIn(text)).toBe('');
    expect(kindOf(here, '😀')).toBe('same');
    expect([kindOf(here, 'é'), here.replacementOf('é'.charCodeAt(0))]).toEqual(['replaced', 'e']);
    expect(kindOf(here, '«')).toBe('alone');
  });

  test('halves of surrogate pairs are not asked about, and do not become a pair on the way', () => {
    const here = new Characters(true);
    expect(here.unknownIn('\ud83d - \ude00 é')).toBe('é');
  });
});
