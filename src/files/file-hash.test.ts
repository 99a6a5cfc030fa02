import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSpace } from './disk-space.js';
import { exists } from './exists.js';
import { fileHash, textsHash } from './file-hash.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-hash-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('a file of %j has the SHA-256 of the standard', async (content, hash) => {
  const path = join(folder, 'file');
  await writeFile(path, content);
  expect(await fileHash(path)).toBe(hash);
});

test('a file that cannot be read is named', async () => {
  const path = join(folder, 'none');
  await expect(fileHash(path)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE', details: { path } });
  await expect(fileHash(folder)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
});

test('texts have one hash for each way in which they are divided and ordered', () => {
  const lists = [[], [''], ['', ''], ['ab'], ['a', 'b'], ['b', 'a'], ['a', 'b', ''], ['1:a'], ['a1:b'], ['é']];
  expect(new Set(lists.map(textsHash)).size).toBe(lists.length);
  expect(textsHash(['a', 'b'])).toBe(textsHash(['a', 'b']));
});

test('there is a file, a folder, or nothing', async () => {
  await writeFile(join(folder, 'there'), '');
  expect(await Promise.all([exists(join(folder, 'there')), exists(folder), exists(join(folder, 'not'))])).toEqual([
    true,
    true,
    false,
  ]);
  expect(await exists(join(folder, 'there', 'below'))).toBe(false);
});

test('a disk has no room for more than it has, also in a folder that is not there yet', async () => {
  await expect(checkSpace(folder, 2 ** 62)).rejects.toMatchObject({
    code: 'DISK_TOO_SMALL',
    details: { path: folder },
  });
  await expect(checkSpace(join(folder, 'a', 'b'), 2 ** 62)).rejects.toMatchObject({ code: 'DISK_TOO_SMALL' });
  await expect(checkSpace(join(folder, 'a', 'b'), 1)).resolves.toBeUndefined();
  await expect(checkSpace(folder, 0)).resolves.toBeUndefined();
});
