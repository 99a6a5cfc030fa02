import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asFile } from '../shard-source.js';
import { folderStore } from './folder-store.js';
import { readBytes, readText, type Store, type StoredObject } from './store.js';

let root: string;
let store: Store;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-folder-'));
  store = folderStore(join(root, 'job'));
});
afterEach(() => rmSync(root, { recursive: true }));

const found = async (key: string) => (await store.find(key)) as StoredObject;

describe('a folder that is not there yet', () => {
  test('holds nothing, and is not made by questions', async () => {
    expect(await store.list('')).toEqual([]);
    expect(await store.list('_commits/')).toEqual([]);
    expect(await store.find('a')).toBeUndefined();
    expect(await readText(store, 'a')).toBeUndefined();
    await store.remove('a');
    expect(readdirSync(root)).toEqual([]);
  });

  test('is made by what is put into it', async () => {
    await store.put('deep/er/a', 'x');
    expect(await store.putIfAbsent('other/b', 'y')).toBe(true);
    expect((await store.list('')).map(({ key }) => key)).toEqual(['deep/er/a', 'other/b']);
  });
});

describe('a place that is taken by something else', () => {
  test('is told, and nothing is left beside it', async () => {
    mkdirSync(join(root, 'job', 'a', 'b'), { recursive: true });
    writeFileSync(join(root, 'source'), 'x');
    const refused = expect.objectContaining({ code: 'OUTPUT_NOT_WRITABLE' });
    await expect(store.put('a', 'x')).rejects.toEqual(refused);
    await expect(store.putFile('a', join(root, 'source'), '')).rejects.toEqual(refused);
    await expect(store.putFile('c', join(root, 'missing'), '')).rejects.toEqual(refused);
    writeFileSync(join(root, 'job', 'file'), 'x');
    await expect(store.putIfAbsent('file/a', 'x')).rejects.toEqual(refused);
    expect(readdirSync(join(root, 'job')).sort()).toEqual(['a', 'file']);
    expect(await store.find('file/a')).toBeUndefined();
  });

  test('is there, for whoever puts something only where there is nothing', async () => {
    await store.put('a', 'first');
    expect(await Promise.all([1, 2, 3].map((i) => store.putIfAbsent('a', `${i}`)))).toEqual([false, false, false]);
    expect(await readText(store, 'a')).toBe('first');
    expect(readdirSync(join(root, 'job'))).toEqual(['a']);
  });
});

describe('objects', () => {
  test('are listed by the beginning of their names, not by folders alone', async () => {
    for (const key of ['part-1', 'part-10', 'part', 'parts/a', 'apart-1']) {
      await store.put(key, key);
    }
    expect((await store.list('part-')).map(({ key }) => key)).toEqual(['part-1', 'part-10']);
    expect((await store.list('part')).map(({ key }) => key)).toEqual(['part', 'part-1', 'part-10', 'parts/a']);
    expect((await store.list('parts/b')).length).toBe(0);
  });

  test('have another tag once they are written again, be it with as many bytes', async () => {
    await store.put('a', 'one');
    const before = await found('a');
    await store.put('a', 'two');
    const after = await found('a');
    expect([before.size, after.size]).toEqual([3, 3]);
    expect(after.etag).not.toBe(before.etag);
  });

  test('are read in parts as a file, of any bytes, and of none', async () => {
    const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => i % 251);
    writeFileSync(join(root, 'source'), bytes);
    await store.putFile('a', join(root, 'source'), '');
    const file = asFile(store, await found('a'));
    expect([file.size, file.name]).toEqual([700_000, join(root, 'job', 'a')]);
    expect(Buffer.from(await file.read(299_999, 600_001)).equals(bytes.subarray(299_999, 600_001))).toBe(true);
    expect(Buffer.from(await readBytes(store, await found('a'))).equals(bytes)).toBe(true);
    await store.put('empty', '');
    expect(await readBytes(store, await found('empty'))).toHaveLength(0);
    expect(readFileSync(join(root, 'source')).length).toBe(700_000);
  });

  test('that went while they were read are told as changed', async () => {
    await store.put('a', 'x');
    const object = await found('a');
    await store.remove('a');
    await expect(readBytes(store, object)).rejects.toMatchObject({ code: 'JOB_INPUT_CHANGED' });
  });

  test('behind links are what they lead to, and a link to nowhere is nothing', async () => {
    await store.put('a', 'x');
    symlinkSync(join(root, 'job', 'a'), join(root, 'job', 'link'));
    symlinkSync(join(root, 'nowhere'), join(root, 'job', 'broken'));
    expect((await found('link')).size).toBe(1);
    expect(await store.find('broken')).toBeUndefined();
    expect((await store.list('')).some(({ key }) => key === 'broken')).toBe(false);
  });
});
