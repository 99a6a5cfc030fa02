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

test('begins a job only once there is room, and none after its reader has left', async () => {
  const begun: number[] = [];
  const jobs = Array.from({ length: 5 }, (_, i) => async () => {
    begun.push(i);
    return i;
  });
  const results = inOrder(jobs, 2);
  expect(begun).toEqual([]);
  expect((await results.next()).value).toBe(0);
  expect(begun).toEqual([0, 1]);
  expect((await results.next()).value).toBe(1);
  expect(begun).toEqual([0, 1, 2]);
  await results.return();
  expect(begun).toEqual([0, 1, 2]);
});

test('an error that nobody comes to read is not unhandled', async () => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listener);
  const results = inOrder([() => Promise.resolve(1), () => Promise.reject(new Error('unread'))], 2);
  await results.next();
  await results.return();
  await setTimeout(1);
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});

test('no jobs give no results, and more at once than there are is no harm', async () => {
  expect((await inOrder([], 4).next()).done).toBe(true);
  expect((await inOrder([async () => 'only'], 100).next()).value).toBe('only');
});
