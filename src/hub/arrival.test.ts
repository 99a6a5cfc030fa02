import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { arrival } from './arrival.js';

const never = () => new Promise<never>(() => undefined);

test('what comes in time is given, and what fails fails as it does', async () => {
  expect(await arrival(Promise.resolve(3), 1000)).toBe(3);
  await expect(arrival(Promise.reject(new Error('broken')), 1000)).rejects.toThrow('broken');
});

test('what does not come is given up', async () => {
  await expect(arrival(never(), 5)).rejects.toThrow('no bytes within 0.005 s');
});

test('a signal ends the waiting, and hears no more afterwards', async () => {
  const controller = new AbortController();
  const waiting = arrival(never(), 60_000, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await arrival(Promise.resolve(1), 60_000, controller.signal);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});
