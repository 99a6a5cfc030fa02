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

test.each([
  ['thread', 'threads'],
  ['tread', 'threads'],
  ['taks', 'tasks'],
  ['too', 'to'],
  ['variant', undefined],
  ['model', undefined],
  ['pool', undefined],
  ['x', undefined],
])('near "%s" stands %s', (name, nearest) => {
  expect(nearestName(name, ['threads', 'engine', 'cache', 'texts', 'tasks', 'to', 'gate'])).toBe(nearest);
});

test('nothing is near where nothing is known', () => {
  expect(nearestName('anything', [])).toBeUndefined();
});
