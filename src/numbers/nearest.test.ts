import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyNearestLists, nearestOf, offer, topKOverlap, topOneAgreement } from './nearest.js';

function listsOf(k: number, scores: readonly (readonly number[])[]) {
  const lists = emptyNearestLists(scores.length, k);
  scores.forEach((row, query) => {
    row.forEach((score, candidate) => {
      offer(lists, query, candidate, score);
    });
  });
  return lists;
}

describe('nearest lists', () => {
  test('hold what a stable sort would put in front', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 })), fc.integer({ min: 1, max: 6 }), (scores, k) => {
        const expected = scores
          .map((score, i) => ({ score, i }))
          .sort((a, b) => b.score - a.score || a.i - b.i)
          .slice(0, k)
          .map(({ i }) => i);
        expect([...nearestOf(listsOf(k, [scores]), 0)]).toEqual(expected);
      }),
    );
  });

  test('never take NaN', () => {
    expect([...nearestOf(listsOf(3, [[Number.NaN, 1, Number.NaN]]), 0)]).toEqual([1]);
  });

  test('agree as far as they name the same candidates', () => {
    const before = listsOf(2, [
      [9, 8, 1],
      [9, 8, 1],
    ]);
    const after = listsOf(2, [
      [8, 9, 1],
      [9, 1, 8],
    ]);
    expect(topOneAgreement(before, after)).toBe(0.5);
    expect(topKOverlap(before, after)).toBe(0.75);
  });

  test('two queries that found nothing do not agree on it', () => {
    const nothing = listsOf(1, [[Number.NaN]]);
    expect(topOneAgreement(nothing, nothing)).toBe(0);
  });
});
