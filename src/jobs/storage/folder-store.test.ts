import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderStore } from './folder-store.js';
import { readBytes, readText, type Store, type StoredObject } from './store.js';

let root: string;
let store: Store;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-folder-'));
  store = folderStore(join(root, 'store'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('of several who put something where there is nothing one succeeds, and no temporary file is left', async () => {
  const outcomes = await Promise.all(['a', 'b', 'c'].map((text) => store.putIfAbsent('x/one', text)));
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await readText(store, 'x/one')).toBe('abc'[outcomes.indexOf(true)]);
  expect(readdirSync(join(root, 'store/x'))).toEqual(['one']);
});

test('files are put, found, listed by code and removed', async () => {
  const source = join(root, 'source');
  writeFileSync(source, 'bytes');
  const sha256 = createHash('sha256').update('bytes').digest('hex');
  for (const key of ['p/b', 'p/B', 'p/a/c', 'q']) {
    await store.putFile(key, source, sha256);
  }
  expect((await store.list('p/')).map(({ key }) => key)).toEqual(['p/B', 'p/a/c', 'p/b']);
  expect((await store.list('nothing/')).length).toBe(0);
  expect(readFileSync(store.nameOf('p/a/c'), 'utf8')).toBe('bytes');
  await store.remove('p/b');
  await store.remove('p/b');
  expect(await store.find('p/b')).toBeUndefined();
  expect(await store.find('p')).toBeUndefined();
});

test('bytes are read from one place to another; an object that changed is told', async () => {
  await store.put('a', 'hello world');
  const object = (await store.find('a')) as StoredObject;
  expect(Buffer.from(await readBytes(store, object, 6, 11)).toString()).toBe('world');
  expect(await readBytes(store, object, 3, 3)).toHaveLength(0);
  await store.put('a', 'hello again');
  await expect(readBytes(store, object)).rejects.toMatchObject({ code: 'JOB_INPUT_CHANGED' });
});
