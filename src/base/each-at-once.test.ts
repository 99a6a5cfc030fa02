import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eachAtOnce } from './each-at-once.js';

test('works at so many items at once, and keeps their order', async () => {
  let [running, most] = [0, 0];
  const results = await eachAtOnce(3, [5, 1, 4, 2, 3], async (item) => {
    most = Math.max(most, ++running);
    await delay(item);
    running--;
    return 10 * item;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(3);
});

test('begins no further item after a failure, and waits for what runs', async () => {
  const begun: number[] = [];
  let isRunning = false;
  const all = eachAtOnce(2, [0, 1, 2, 3], async (item) => {
    begun.push(item);
    if (item === 0) {
      throw new Error('no');
    }
    isRunning = true;
    await delay(20);
    isRunning = false;
  });
  await expect(all).rejects.toThrow('no');
  expect(begun).toEqual([0, 1]);
  expect(isRunning).toBe(false);
});

test('does nothing with nothing', async () => {
  expect(await eachAtOnce(2, [], async () => 1)).toEqual([]);
});

test('the first failure is the one that is told, even one of undefined', async () => {
  const all = eachAtOnce(3, [3, 1, 2], async (item) => {
    await delay(item * 3);
    throw new Error(`item ${item}`);
  });
  await expect(all).rejects.toThrow('item 1');
  await expect(eachAtOnce(1, [0], () => Promise.reject())).rejects.toBeUndefined();
});

test('what fails before it gives a promise fails in the same way', async () => {
  const begun: number[] = [];
  const all = eachAtOnce(1, [0, 1], (item): Promise<number> => {
    begun.push(item);
    throw new Error('at once');
  });
  await expect(all).rejects.toThrow('at once');
  expect(begun).toEqual([0]);
});

test('more lanes than items are not opened, and results of undefined are kept', async () => {
  let most = 0;
  const results = await eachAtOnce(Number.POSITIVE_INFINITY, ['a', 'b'], async () => {
    most++;
    return undefined;
  });
  expect(most).toBe(2);
  expect(results).toEqual([undefined, undefined]);
});
