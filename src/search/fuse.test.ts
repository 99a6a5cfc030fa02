import { describe, expect, test } from 'vitest';
import { randomNumbers } from '../numbers/index.js';
import { fuse } from './fuse.js';

const list = (...refs: string[]) => refs.map((ref, i) => ({ ref, score: 0.9 - i / 10 }));
const refs = (hits: ReturnType<typeof fuse>) => hits.map(({ ref }) => ref);

describe('lists that are put together', () => {
  test('a hit of both has the sum of 1 / (60 + rank)', () => {
    const [first, second, third] = fuse(list('a', 'b'), list('b', 'c'));
    expect(first).toEqual({
      ...{ ref: 'b', score: 1 / 62 + 1 / 61 },
      ...{ vector: { rank: 2, score: 0.8 }, text: { rank: 1, score: 0.9 } },
    });
    expect(second).toEqual({ ref: 'a', score: 1 / 61, vector: { rank: 1, score: 0.9 } });
    expect(third).toEqual({ ref: 'c', score: 1 / 62, text: { rank: 2, score: 0.8 } });
  });

  test('of equal scores that of the vectors is first', () => {
    expect(refs(fuse(list('a'), list('b')))).toEqual(['a', 'b']);
    expect(refs(fuse(list('a', 'b'), list('b', 'a')))).toEqual(['a', 'b']);
  });

  test('their own scores do not count', () => {
    const loud = [{ ref: 'z', score: 1e9 }];
    expect(refs(fuse(list('a', 'b'), loud))).toEqual(['a', 'z', 'b']);
  });

  test('an empty list changes the scores and not the order', () => {
    expect(fuse(list('a', 'b'), []).map(({ score }) => score)).toEqual([1 / 61, 1 / 62]);
    expect(fuse([], [])).toEqual([]);
  });

  test('a list alone keeps its own scores, negative ones too', () => {
    const hits = [
      { ref: 'a', score: 0.5 },
      { ref: 'b', score: -0.5 },
    ];
    expect(fuse(hits, undefined).map(({ ref, score }) => [ref, score])).toEqual([
      ['a', 0.5],
      ['b', -0.5],
    ]);
    expect(fuse(undefined, hits)[1]).toEqual({ ref: 'b', score: -0.5, text: { rank: 2, score: -0.5 } });
    expect(fuse(undefined, undefined)).toEqual([]);
  });

  test('hold each hit once, in falling order, with the ranks of its lists', () => {
    const random = randomNumbers(4);
    for (let round = 0; round < 50; round++) {
      const some = () =>
        list(
          ...'abcdefgh'
            .split('')
            .filter(() => random() < 0.6)
            .sort(() => random() - 0.5),
        );
      const [vector, text] = [some(), some()];
      const fused = fuse(vector, text);
      expect(refs(fused).sort()).toEqual([...new Set([...vector, ...text].map(({ ref }) => ref))].sort());
      for (const [i, hit] of fused.entries()) {
        const ranks = [vector, text].map((of) => of.findIndex(({ ref }) => ref === hit.ref) + 1);
        expect([hit.vector?.rank ?? 0, hit.text?.rank ?? 0]).toEqual(ranks);
        expect(hit.score).toBeCloseTo(
          ranks.reduce((sum, rank) => sum + (rank === 0 ? 0 : 1 / (60 + rank)), 0),
          12,
        );
        expect(hit.score).toBeLessThanOrEqual(fused[i - 1]?.score ?? 1);
      }
    }
  });
});
