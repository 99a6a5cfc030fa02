import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsOf } from './words.js';

/** Half of a character has no UTF-8, and becomes another one. */
const isWhole = (word: string) => Buffer.from(word).toString() === word;

test.each([
  ['nothing', '', []],
  ['marks alone', '?! … — «»', []],
  ['capitals', 'The CAT, the Mat.', ['the', 'cat', 'the', 'mat']],
  ['diacritics of Latin letters', 'Café ÀÉÎ ắ', ['cafe', 'aei', 'a']],
  ['the same in letters and marks', 'Cafe\u0301', ['cafe']],
  ['a dotted capital I', 'İstanbul', ['istanbul']],
  ['letters that are no others with marks', 'straße Øre', ['straße', 'øre']],
  ['marks of other scripts, which make other letters', 'йод ή', ['йод', 'ή']],
  ['ligatures and wide letters', 'ﬁne ＡＢＣ１２', ['fine', 'abc12']],
  ['names of programs', 'snake_case v2.0 don’t', ['snake_case', 'v2', '0', 'don', 't']],
  ['numbers of other scripts', '٣٤', ['٣٤']],
  ['marks of vowels', 'हिन्दी', ['हिन्दी']],
  ['emoji', '😀cat👍🏽', ['cat']],
])('%s', (_, text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test.each([
  ['one character', '猫', ['猫']],
  ['pairs that overlap', '東京都', ['東京', '京都']],
  ['a Latin word within', '東京Tower東京', ['東京', 'tower', '東京']],
  ['numbers within', 'iPhone15を買う', ['iphone15', 'を買', '買う']],
  ['one character beside Latin', 'Aと', ['a', 'と']],
  ['characters of two halves', '𠮷野家', ['𠮷野', '野家']],
  ['kana whose mark stands by itself', 'か\u3099く', ['がく']],
  ['punctuation between', '猫。犬です', ['猫', '犬で', 'です']],
  ['Thai', 'กขค', ['กข', 'ขค']],
])('without spaces: %s', (_, text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test('a word is cut after 64 units, and never within a character', () => {
  expect(wordsOf('a'.repeat(100))).toEqual(['a'.repeat(64)]);
  expect(wordsOf('𐐨'.repeat(40))).toEqual(['𐐨'.repeat(32)]);
  expect(wordsOf(`a${'𐐨'.repeat(40)}`)).toEqual([`a${'𐐨'.repeat(31)}`]);
  expect(wordsOf(`猫a${'𐐨'.repeat(40)}`).every(isWhole)).toBe(true);
});

/** What Unicode has that may go wrong: halves, marks, letters of every length, scripts without spaces. */
const sign = fc.constantFrom(...'aZ9_ .ßİéẤǆﬁΣς𐐀𐐨猫𠮷がカ\u3099\u0301กဂក😀', '\ud801', '\udc28', '\0');

test('no word is empty, too long or broken, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: sign, maxLength: 200 }), (text) => {
      const words = wordsOf(text);
      expect(words.every((word) => word !== '' && isWhole(word))).toBe(true);
      expect(words.every((word) => word.length <= 64)).toBe(true);
    }),
  );
});

test('case does not matter', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(wordsOf(text.toUpperCase())).toEqual(wordsOf(text.toLowerCase()));
    }),
  );
});
