import { expect, test } from 'vitest';
import { RunGuard } from './run-guard.js';

test('work is done, and its end is known, whether it succeeds or fails', async () => {
  const guard = new RunGuard();
  const flags = new Int32Array(guard.shared);
  expect(await guard.run(async () => flags[0])).toBe(1);
  expect(flags[0]).toBe(0);
  await expect(guard.run(async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(flags[0]).toBe(0);
});

test('nothing is begun once the other side has said that it ends', async () => {
  const mine = new RunGuard();
  const other = new RunGuard(mine.shared);
  mine.stop();
  let isBegun = false;
  const run = other.run(async () => {
    isBegun = true;
  });
  const first = await Promise.race([run.then(() => 'run'), new Promise((resolve) => setImmediate(resolve, 'nothing'))]);
  expect([first, isBegun]).toEqual(['nothing', false]);
  expect(() => mine.waitUntilQuiet()).not.toThrow();
});

test('a process hears of its end once, while somebody is watched', () => {
  const before = process.listenerCount('exit');
  const guards = [new RunGuard(), new RunGuard()];
  guards.forEach((guard) => {
    guard.watch();
  });
  expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1);
  guards.forEach((guard) => {
    guard.unwatch();
  });
  expect(process.listenerCount('exit')).toBe(before);
});
