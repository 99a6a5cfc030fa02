import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../../numbers/index.js';
import { addScores, inverseFrequency, wordStatistics } from './bm25.js';
import { indexWords } from './word-index.js';
import { wordsOf } from './words.js';

const texts = ['cat', 'cat dog', 'dog dog dog', 'bird'];

function scoresOf(parts: readonly (readonly string[])[], query: string): number[] {
  const words = [...new Set(wordsOf(query))];
  const indexes = parts.map(indexWords);
  const statistics = wordStatistics(indexes, words);
  return indexes.flatMap((index) => {
    const scores = new Float32Array(index.lengths.length);
    addScores(index, words, statistics, scores);
    return [...scores];
  });
}

/** BM25 as in the book, from the texts alone. */
function plainScores(all: readonly string[], query: string): number[] {
  const chunks = all.map(wordsOf);
  const average = chunks.flat().length / chunks.length;
  return chunks.map((chunk) =>
    [...new Set(wordsOf(query))].reduce((sum, word) => {
      const held = chunks.filter((one) => one.includes(word)).length;
      const count = chunk.filter((one) => one === word).length;
      const idf = Math.log(1 + (chunks.length - held + 0.5) / (held + 0.5));
      return sum + (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * chunk.length) / average));
    }, 0),
  );
}

describe('statistics of words', () => {
  test('count chunks, words of a chunk, and chunks that hold a word, over all indexes', () => {
    const statistics = wordStatistics([indexWords(texts.slice(0, 2)), indexWords(texts.slice(2))], ['dog', 'fish']);
    expect(statistics.chunks).toBe(4);
    expect(statistics.averageLength).toBe(7 / 4);
    expect([...statistics.frequencies]).toEqual([
      ['dog', 2],
      ['fish', 0],
    ]);
  });

  test('of no index, or of empty chunks, hold no NaN', () => {
    expect(wordStatistics([], ['a'])).toEqual({ chunks: 0, averageLength: 0, frequencies: new Map() });
    expect(wordStatistics([indexWords(['', ''])], ['a']).averageLength).toBe(0);
  });

  test('asked twice say the same', () => {
    const index = indexWords(texts);
    expect(wordStatistics([index], ['cat'])).toEqual(wordStatistics([index], ['cat']));
  });
});

describe('the weight of a word', () => {
  const weight = (held: number, chunks = 10) =>
    inverseFrequency({ chunks, averageLength: 1, frequencies: new Map([['w', held]]) }, 'w');

  test('falls with the chunks that hold it, and is never below 0', () => {
    const weights = Array.from({ length: 11 }, (_, held) => weight(held));
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
    expect(weights[10]).toBeGreaterThan(0);
    expect(weight(0, 0)).toBeCloseTo(Math.log(2), 12);
  });

  test('of a word that is nowhere is that of the rarest', () => {
    const nowhere = { chunks: 10, averageLength: 1, frequencies: new Map() };
    expect(inverseFrequency(nowhere, 'w')).toBeCloseTo(Math.log(22), 12);
  });
});

describe('scores', () => {
  test('are 0 where no word is held', () => {
    expect(scoresOf([texts], 'bird')).toEqual([0, 0, 0, expect.closeTo(plainScores(texts, 'bird')[3], 5)]);
    expect(scoresOf([texts], 'fish ?!')).toEqual([0, 0, 0, 0]);
    expect(scoresOf([['', '']], 'a')).toEqual([0, 0]);
  });

  test('a chunk of average length that holds one word once has the weight of the word', () => {
    const [first] = scoresOf([['a x', 'b y', 'c z']], 'a');
    expect(first).toBeCloseTo(Math.log(1 + 2.5 / 1.5), 5);
  });

  test('the shorter chunk is better, and the one that holds a word more often', () => {
    const [short, long] = scoresOf([['cat', 'cat with many other words']], 'cat');
    expect(short).toBeGreaterThan(long);
    const [once, twice] = scoresOf([['cat bird', 'cat cat']], 'cat');
    expect(twice).toBeGreaterThan(once);
  });

  test.each([1, 2, 3, 4])('are those of the formula, however the chunks are divided (seed %i)', (seed) => {
    const random = randomNumbers(seed);
    const known = ['alpha', 'beta', 'gamma', 'delta', 'eins', 'zwei'];
    const all = Array.from({ length: 30 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 9) }, () => known[Math.floor(random() * known.length)]).join(' '),
    );
    const cut = Math.floor(random() * all.length);
    for (const query of ['alpha', 'alpha beta', 'gamma gamma zwei missing']) {
      const plain = plainScores(all, query);
      for (const parts of [[all], [all.slice(0, cut), all.slice(cut)]]) {
        for (const [i, score] of scoresOf(parts, query).entries()) {
          expect(score).toBeCloseTo(plain[i], 4);
        }
      }
    }
  });
});
