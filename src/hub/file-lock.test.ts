import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFileLock } from './file-lock.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-lock-'));
  path = join(folder, 'sub', 'x.lock');
});
afterEach(() => rm(folder, { recursive: true }));

test('the lock is there during the work, and gone after it, however that ends', async () => {
  const result = await withFileLock(path, undefined, async () => {
    expect(await readFile(path, 'utf8')).toMatch(new RegExp(` ${process.pid}$`));
    return 3;
  });
  expect(result).toBe(3);
  await expect(withFileLock(path, undefined, async () => Promise.reject(new Error('broken')))).rejects.toThrow(
    'broken',
  );
  expect(await readdir(join(folder, 'sub'))).toEqual([]);
});

test('work under one lock does not overlap', async () => {
  const told: string[] = [];
  const work = (name: string) => async () => {
    told.push(`${name} begins`);
    await new Promise(setImmediate);
    told.push(`${name} ends`);
  };
  await Promise.all([withFileLock(path, undefined, work('a')), withFileLock(path, undefined, work('b'))]);
  const [one, other] = told[0] === 'a begins' ? ['a', 'b'] : ['b', 'a'];
  expect(told).toEqual([`${one} begins`, `${one} ends`, `${other} begins`, `${other} ends`]);
});

test('the lock of a process that is dead is taken over', async () => {
  const mine = await withFileLock(path, undefined, () => readFile(path, 'utf8'));
  await writeFile(path, mine.replace(/\d+$/, String(2 ** 22 + 1)));
  expect(await withFileLock(path, undefined, async () => 'done')).toBe('done');
});

test('a lock of another machine is taken over once nobody has touched it for long', async () => {
  await withFileLock(path, undefined, async () => undefined);
  await writeFile(path, 'elsewhere 1');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  expect(await withFileLock(path, undefined, async () => 'done')).toBe('done');
});

test('whoever waits can be told to stop', async () => {
  const controller = new AbortController();
  await withFileLock(path, undefined, async () => {
    controller.abort();
    await expect(withFileLock(path, controller.signal, async () => 'never')).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
