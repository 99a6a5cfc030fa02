import { expect, test } from 'vitest';
import { rankingJson } from './ranking-json.js';

const ranked = [
  { index: 1, score: 0.75, text: 'b' },
  { index: 0, score: 0.25, text: 'a' },
];

test('results have the ids of their records, where these have any', () => {
  const json = rankingJson('q', 'sigmoid', ranked, [{ text: 'a' }, { text: 'b', id: 'doc "2"' }]);
  expect(JSON.parse(json)).toEqual({
    ...{ query: 'q', activation: 'sigmoid' },
    results: [{ ...ranked[0], id: 'doc "2"' }, ranked[1]],
  });
});

test('ids beyond what a number holds keep all their digits', () => {
  const big = 9_007_199_254_740_993n;
  const json = rankingJson('q', 'sigmoid', ranked, [
    { text: 'a', id: 7 },
    { text: 'b', id: big },
  ]);
  expect(json).toContain('"id":9007199254740993}');
  expect(json).toContain('"id":7}');
});

test('a text that looks like a mark for such an id stays a text', () => {
  const odd = [{ index: 0, score: 1, text: '"id":9n "\\u0000' }];
  expect(JSON.parse(rankingJson('q', 'none', odd, [{ text: 'x', id: 5n }])).results).toEqual([{ ...odd[0], id: 5 }]);
});

test('no results are an empty list', () => {
  expect(JSON.parse(rankingJson('', 'none', [], []))).toEqual({ query: '', activation: 'none', results: [] });
});
