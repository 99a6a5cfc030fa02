import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from './in-order.js';

test('gives results in the order of the jobs, and runs so many at once', async () => {
  let running = 0;
  let most = 0;
  const jobs = [30, 1, 20, 1, 1].map((milliseconds) => async () => {
    running++;
    most = Math.max(most, running);
    await setTimeout(milliseconds);
    running--;
    return milliseconds;
  });
  const found: number[] = [];
  for await (const result of inOrder(jobs, 2)) {
    found.push(result);
  }
  expect(found).toEqual([30, 1, 20, 1, 1]);
  expect(most).toBe(2);
});

test('an error comes in its turn', async () => {
  const jobs = [
    () => setTimeout(10, 'first'),
    () => Promise.reject(new Error('second')),
    () => Promise.resolve('third'),
  ];
  const found: string[] = [];
  const all = async () => {
    for await (const result of inOrder(jobs, 3)) {
      found.push(result);
    }
  };
  await expect(all()).rejects.toThrow('second');
  expect(found).toEqual(['first']);
});
