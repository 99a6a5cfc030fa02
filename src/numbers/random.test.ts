import { expect, test } from 'vitest';
import { randomNumbers, shuffled } from './random.js';

test('the same seed gives the same numbers, another seed others, evenly spread', () => {
  const take = (seed: number) => {
    const next = randomNumbers(seed);
    return Array.from({ length: 4000 }, next);
  };
  const numbers = take(1);
  expect(take(1)).toEqual(numbers);
  expect(take(2)).not.toEqual(numbers);
  const tenths = new Array<number>(10).fill(0);
  for (const number of numbers) {
    tenths[Math.floor(number * 10)]++;
  }
  expect(Math.min(...tenths)).toBeGreaterThan(330);
});

test('a shuffle keeps every value and prefers no order', () => {
  const random = randomNumbers(3);
  const seen = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffled(['a', 'b', 'c'], random).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  expect(Math.min(...seen.values())).toBeGreaterThan(880);
});
