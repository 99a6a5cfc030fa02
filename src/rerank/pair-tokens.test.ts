import { expect, test } from 'vitest';
import { joined } from './pair-tokens.js';

const batch = (ids: number[], ends: number[], types?: number[]) => ({
  ids: Int32Array.from(ids),
  offsets: Int32Array.from([0, ...ends]),
  types: types && Int32Array.from(types),
});

test('pairs of several queries stand one behind the other', () => {
  const [both, one] = [batch([1, 2, 3], [2, 3], [0, 1, 1]), batch([4, 5], [2], [0, 1])];
  expect(joined([both, batch([], []), one])).toEqual(batch([1, 2, 3, 4, 5], [2, 3, 5], [0, 1, 1, 0, 1]));
  expect(joined([batch([1], [1]), one]).types).toEqual(Int32Array.of(0, 0, 1));
  expect(joined([])).toEqual(batch([], [], []));
});

test('a query may have very many texts', () => {
  const texts = 200_000;
  const many = { ids: new Int32Array(texts).fill(7), offsets: Int32Array.from({ length: texts + 1 }, (_, i) => i) };
  expect(joined([many, many]).offsets.at(-1)).toBe(2 * texts);
});
