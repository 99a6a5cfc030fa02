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

test('of names that are equally near, the first is meant', () => {
  expect(nearestName('textz', ['texta', 'textb'])).toBe('texta');
  expect(nearestName('textz', ['textb', 'texta'])).toBe('textb');
  expect(nearestName('textb', ['texta', 'textb'])).toBe('textb');
});

test('a letter in three may be changed, and no more', () => {
  expect(nearestName('xxcdef', ['abcdef'])).toBe('abcdef');
  expect(nearestName('xxxdef', ['abcdef'])).toBeUndefined();
  // Two letters more make nine of seven, of which three may be changed.
  expect(nearestName('threadsxx', ['threads'])).toBe('threads');
  expect(nearestName('threadsxxxx', ['threads'])).toBeUndefined();
});

test('a name of megabytes is near to none, and not compared letter by letter', () => {
  expect(nearestName('x'.repeat(20_000_000), names)).toBeUndefined();
});

test('is symmetric in what is inserted and what is left out', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'ß', 'İ'), minLength: 3, maxLength: 7 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(nearestName(a, [b]) === undefined).toBe(nearestName(b, [a]) === undefined);
    }),
  );
});
