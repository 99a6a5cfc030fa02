import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { diskFindings, roomFinding } from './disk.js';
import { readMemoryNow } from './memory.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-disk-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('a cache folder that is not there yet is looked at where it would be made', async () => {
  const cache = join(folder, 'a', 'b');
  vi.stubEnv('OCTAVEC_CACHE', cache);
  const [working, found] = await diskFindings();
  expect([working.id, found.id]).toEqual(['disk-working-folder', 'disk-cache']);
  expect(found.found).toMatch(/^[\d.,]+ [TGMk]?B free in the cache folder \(/);
  expect(found.found).toContain(`(${cache}).`);
  expect(found.figures).toMatchObject({ path: cache, freeBytes: expect.any(Number) });
});

test('a file where the cache folder should be does not end the look', async () => {
  writeFileSync(join(folder, 'file'), '');
  vi.stubEnv('OCTAVEC_CACHE', join(folder, 'file', 'cache'));
  const [, found] = await diskFindings();
  expect(found.id).toBe('disk-cache');
  expect(['ok', 'warning']).toContain(found.status);
});

test('the memory that is left is some, and a whole number of bytes', async () => {
  const { leftBytes } = await readMemoryNow();
  expect(leftBytes).toBeGreaterThan(0);
  expect(Number.isSafeInteger(leftBytes)).toBe(true);
});

test('room is told in the unit that fits, and little of it is a warning', () => {
  const told = (freeBytes: number, isWritable = true) =>
    roomFinding(
      { id: 'disk-cache', name: 'cache folder', ifNotWritable: 'Choose another.' },
      '/c',
      freeBytes,
      isWritable,
    );
  expect(told(1e9)).toMatchObject({ status: 'ok', found: '1.00 GB free in the cache folder (/c).', advice: undefined });
  expect(told(1e9 - 1)).toMatchObject({ status: 'warning', advice: expect.stringContaining('Free some space') });
  expect(told(0)).toMatchObject({ status: 'warning', found: '0 B free in the cache folder (/c).' });
  expect(told(5e12, false)).toEqual({
    ...{ id: 'disk-cache', status: 'warning', found: 'The cache folder /c cannot be written to.' },
    ...{ advice: 'Choose another.', figures: { path: '/c', freeBytes: 5e12 } },
  });
});
