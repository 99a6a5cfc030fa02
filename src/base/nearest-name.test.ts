import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.js';

const names = [
  'cosineMean',
  'cosineP1',
  'topKOverlap',
  'stsLoss',
  'ndcgLoss',
  'recall10Loss',
  'recall100Loss',
  'mrrLoss',
];

test('the nearest name is the name itself, and survives a wrong letter', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), (name, at) => {
      expect(nearestName(name, names)).toBe(name);
      const place = at % name.length;
      const wrong = `${name.slice(0, place)}_${name.slice(place)}`;
      expect(nearestName(wrong.toUpperCase(), names)).toBe(name);
    }),
  );
});

test('none is near where all are farther than is allowed, or nothing is known', () => {
  expect(nearestName('kitten', ['sitting'], 3)).toBe('sitting');
  expect(nearestName('kitten', ['sitting'], 2)).toBeUndefined();
  expect(nearestName('anything', [])).toBeUndefined();
});
