import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolders } from './make-folders.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-folders-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('makes what is missing and says where that begins', async () => {
  expect(await makeFolders(join(folder, 'a'))).toBe(join(folder, 'a'));
  expect(await makeFolders(join(folder, 'a/b/c'))).toBe(join(folder, 'a/b'));
  expect(statSync(join(folder, 'a/b/c')).isDirectory()).toBe(true);
  expect(await makeFolders(join(folder, 'a/b/c'))).toBe(undefined);
  expect(await makeFolders('/')).toBe(undefined);
});

test('lets several make the same', async () => {
  const path = join(folder, 'x/y/z');
  await Promise.all(Array.from({ length: 10 }, () => makeFolders(path)));
  expect(statSync(path).isDirectory()).toBe(true);
});

test('says what is in the way', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(makeFolders(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolders(join(folder, 'file/a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.skipIf(!existsSync('/proc/self'))('comes to an end where no folder can be made', async () => {
  await expect(makeFolders('/proc/none/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
});
