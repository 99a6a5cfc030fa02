import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../numbers/index.js';
import { findWord, indexWords, type WordIndex, wordTensors } from './word-index.js';
import { wordsOf } from './words.js';

/** Chunks that hold a word, and how often. */
function postingsOf(index: WordIndex, word: string): [number, number][] {
  const place = findWord(index, word);
  const [start, end] = place < 0 ? [0, 0] : [index.starts[place], index.starts[place + 1]];
  return Array.from({ length: end - start }, (_, i) => [index.rows[start + i], index.counts[start + i]]);
}

describe('an index of words', () => {
  test('knows chunks and counts', () => {
    const index = indexWords(['a cat and a dog', '', 'Dog, dog, DOG']);
    expect(postingsOf(index, 'dog')).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(postingsOf(index, 'a')).toEqual([[0, 2]]);
    expect(postingsOf(index, 'Dog')).toEqual([]);
    expect([...index.lengths]).toEqual([5, 0, 3]);
  });

  test('holds its words in the order of their bytes', () => {
    const { text, textStarts } = indexWords(['z é中 𐐨 ﬀ a']);
    const words = Array.from(textStarts.subarray(1), (end, i) => Buffer.from(text.subarray(textStarts[i], end)));
    expect(words).toEqual([...words].sort(Buffer.compare));
    expect(words.map(String)).toEqual(['a', 'e', 'ff', 'z', '中', '𐐨']);
  });

  test('of nothing finds nothing', () => {
    for (const index of [indexWords([]), indexWords(['', '?!'])]) {
      expect(findWord(index, 'a')).toBe(-1);
      expect(findWord(index, '')).toBe(-1);
      expect([...index.starts]).toEqual([0]);
    }
    expect(indexWords(['', '?!']).lengths).toHaveLength(2);
  });

  test('a beginning of a word is no word, nor is a word with more behind it', () => {
    const index = indexWords(['cat']);
    expect([findWord(index, 'ca'), findWord(index, 'cats'), findWord(index, 'cat')]).toEqual([-1, -1, 0]);
  });

  test('counts to 255 and no further', () => {
    const index = indexWords(['x '.repeat(254), 'x '.repeat(255), 'x '.repeat(1000)]);
    expect(postingsOf(index, 'x').map(([, count]) => count)).toEqual([254, 255, 255]);
    expect([...index.lengths]).toEqual([254, 255, 1000]);
  });

  test('a word that is cut at 64 units is found again', () => {
    const long = `a${'𐐨'.repeat(40)}`;
    const index = indexWords([long]);
    expect(postingsOf(index, wordsOf(long)[0])).toEqual([[0, 1]]);
  });

  test.each([1, 2, 3, 4, 5])('holds what a search of the texts finds (seed %i)', (seed) => {
    const random = randomNumbers(seed);
    const known = ['a', 'b', 'ab', 'é', '中文', 'word', 'wort', '7'];
    const texts = Array.from({ length: 40 }, () =>
      Array.from({ length: Math.floor(random() * 12) }, () => known[Math.floor(random() * known.length)]).join(' '),
    );
    const index = indexWords(texts);
    for (const word of [...known.flatMap(wordsOf), 'missing', 'zzz']) {
      const expected = texts.flatMap((text, row): [number, number][] => {
        const count = wordsOf(text).filter((one) => one === word).length;
        return count === 0 ? [] : [[row, count]];
      });
      expect(postingsOf(index, word), word).toEqual(expected);
    }
  });

  test('is written as tensors that say their own sizes', () => {
    const tensors = wordTensors(indexWords(['a b a', 'b']));
    const sizes = Object.fromEntries(tensors.map(({ name, dims, type }) => [name, `${type}[${dims}]`]));
    expect(sizes).toEqual({
      'words.starts': 'U32[3]',
      'postings.starts': 'U32[3]',
      'postings.rows': 'U32[3]',
      lengths: 'U32[2]',
      words: 'U8[2]',
      'postings.counts': 'U8[3]',
    });
  });
});
