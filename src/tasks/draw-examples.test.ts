import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawExamples } from './draw-examples.js';
import { numpyShuffled } from './numpy-shuffle.js';

test('the order is that of NumPy: RandomState(42).shuffle(list(range(10)))', () => {
  const order = numpyShuffled([...Array(10).keys()], 42);
  expect(order).toEqual([8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
  // More numbers than the generator makes at a time.
  const many = numpyShuffled([...Array(5000).keys()], 42);
  expect(many.slice(0, 5)).toEqual([1501, 2586, 2653, 1055, 705]);
});

test('each experiment has as many examples of each label as there are, up to the number that is wanted, none twice', () => {
  const labels = fc.array(fc.nat(4), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 9 }), (given, wanted) => {
      for (const examples of drawExamples(given, 3, wanted)) {
        expect(new Set(examples).size).toBe(examples.length);
        for (const label of new Set(given)) {
          const [there, drawn] = [given, examples.map((i) => given[i])].map(
            (list) => list.filter((l) => l === label).length,
          );
          expect(drawn).toBe(Math.min(there, wanted));
        }
      }
    }),
  );
});
