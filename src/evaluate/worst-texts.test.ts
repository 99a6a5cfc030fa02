import { expect, test } from 'vitest';
import { damagedTexts } from './worst-texts.js';

const { NaN: nan } = Number;
const matrix = (...rows: readonly (readonly [number, number])[]) => ({
  data: Float32Array.from(rows.flat()),
  rows: rows.length,
  columns: 2,
});

test('the lowest cosines lead, and what is no number before them', () => {
  const vectors = matrix([1, 0], [0, 1], [1, 1], [1, 2]);
  const found = damagedTexts(vectors, vectors, Float64Array.of(0.9, nan, 0.5, 1), undefined);
  expect(found.map(({ index }) => index)).toEqual([1, 2, 0, 3]);
  expect(found[0].cosine).toBeNaN();
  expect(found[0]).not.toHaveProperty('text');
});

test('neighbours are those of before and after, without the text itself', () => {
  const original = matrix([1, 0], [0.9, 0.1], [0, 1], [-1, 0], [0.5, 0.5]);
  const candidate = matrix([0, 1], [0.9, 0.1], [0, 1], [-1, 0], [0.5, 0.5]);
  const cosines = Float64Array.of(0, 1, 1, 1, 1);
  const [{ neighboursBefore, neighboursAfter }] = damagedTexts(original, candidate, cosines, ['a', 'b', 'c', 'd', 'e']);
  expect(neighboursBefore.map(({ text }) => text)).toEqual(['b', 'e', 'c']);
  expect(neighboursAfter.map(({ text }) => text)).toEqual(['c', 'e', 'b']);
  expect(neighboursAfter[0].similarity).toBe(1);
  expect(neighboursBefore[1].similarity).toBeCloseTo(Math.SQRT1_2, 6);
});

test('ten at most, and of equal cosines those that come first', () => {
  const vectors = matrix(...Array.from({ length: 14 }, (_, i) => [1, i] as const));
  const found = damagedTexts(vectors, vectors, new Float64Array(14).fill(0.5), undefined);
  expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('long texts are cut between characters, not within them', () => {
  const vectors = matrix([1, 0], [0, 1]);
  const long = '😀'.repeat(161);
  const [{ text = '' }, other] = damagedTexts(vectors, vectors, Float64Array.of(0, 1), [long, '😀'.repeat(160)]);
  expect(text).toBe(`${'😀'.repeat(159)}…`);
  expect(other.text).toBe('😀'.repeat(160));
});
