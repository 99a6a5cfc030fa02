import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keptVectorsFolder, trimFolder } from './kept-vectors.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-kept-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** Writes a file that was used so many minutes after some time. */
async function write(name: string, bytes: number, minute: number) {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, Buffer.alloc(bytes));
  await utimes(path, 60 * minute, 60 * minute);
}
const left = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

describe('a folder that is trimmed', () => {
  beforeEach(async () => {
    await write('a/oldest', 10, 1);
    await write('b/middle', 10, 2);
    await write('a/newest', 10, 3);
  });

  test.each([
    [30, ['middle', 'newest', 'oldest']],
    [29, ['middle', 'newest']],
    [20, ['middle', 'newest']],
    [10, ['newest']],
    [9, []],
  ])('to %i bytes keeps %j: what was used last', async (bytes, expected) => {
    await trimFolder(folder, bytes);
    expect(await left()).toEqual(expected);
  });

  test('does not keep small old files in place of large newer ones', async () => {
    await write('small', 1, 0);
    await trimFolder(folder, 25);
    expect(await left()).toEqual(['middle', 'newest']);
  });

  test('keeps what was used within a day, whatever it takes', async () => {
    const hour = 60 * 60 * 1000;
    // The files were used one, two and three minutes after 1970 began.
    await trimFolder(folder, 0, 24 * hour + 2 * 60 * 1000);
    expect(await left()).toEqual(['middle', 'newest']);
  });

  test('may not be there', async () => {
    await trimFolder(join(folder, 'none'), 1);
    expect(await left()).toHaveLength(3);
  });
});

test('vectors are kept below the cache folder', async () => {
  vi.stubEnv('OCTAVEC_CACHE', folder);
  await write('embeddings/v.f32', 10, 1);
  expect(await keptVectorsFolder()).toBe(join(folder, 'embeddings'));
  expect(await left()).toEqual(['v.f32']);
});
