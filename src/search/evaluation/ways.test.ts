import { expect, test } from 'vitest';
import { scannedBytes, waysOf } from './ways.js';

test('everything is held against float32, and a variant adds its ways', () => {
  const [first, ...others] = waysOf(undefined);
  expect(first).toMatchObject({ mode: 'vector', vectors: 'float32', documents: 'own', questions: 'own' });
  expect(others.some(({ questions }) => questions === 'variant')).toBe(false);
  const added = waysOf('q4').slice(others.length + 1);
  expect(added.map(({ name, documents }) => [name, documents])).toEqual([
    ['questions by q4', 'own'],
    ['all by q4', 'variant'],
    ['hybrid, all by q4', 'variant'],
  ]);
});

test('what a search reads of vectors', () => {
  const bytes = waysOf(undefined).map((way) => scannedBytes(way, 100, 384));
  expect(bytes).toEqual([153_600, 38_800, 4_800, 0, 38_800]);
});
