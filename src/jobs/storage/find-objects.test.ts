import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findObjects, openStore } from './open-store.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-find-'));
  const names = ['b.txt', 'a.txt', 'a.jsonl', 'deep/c.txt', 'deep/er/d.txt', 'a+b(1).txt', '_x.txt', '.y.txt'];
  for (const name of [...names, 'deep/_z/e.txt', 'a.txt.d/f.txt', 'é.txt']) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), name);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

describe('what an address names', () => {
  test.each([
    ['a.txt', ['a.txt']],
    // Named by itself, it is meant.
    ['_x.txt', ['_x.txt']],
    ['deep', ['deep/c.txt', 'deep/er/d.txt']],
    ['deep/', ['deep/c.txt', 'deep/er/d.txt']],
    ['*.jsonl', ['a.jsonl']],
    ['?.txt', ['a.txt', 'b.txt', 'é.txt']],
    ['a+b(1).*', ['a+b(1).txt']],
    ['deep/*.txt', ['deep/c.txt']],
    ['deep/**/*.txt', ['deep/c.txt', 'deep/er/d.txt']],
    ['d*/er/*', ['deep/er/d.txt']],
    ['**/d.txt', ['deep/er/d.txt']],
    ['a.txt*', ['a.txt']],
    ['a.txt**', ['a.txt', 'a.txt.d/f.txt']],
  ])('%s', async (pattern, names) => {
    const found = await findObjects(join(root, pattern).replace(/\/$/, '') + (pattern.endsWith('/') ? '/' : ''));
    expect(found.map(({ store, object }) => store.nameOf(object.key))).toEqual(names.map((name) => join(root, name)));
    expect(found.every(({ object }) => object.size > 0)).toBe(true);
  });

  test.each(['c.txt', 'nowhere/*.txt', '*.parquet', '_*', 'deep/_z', 'A.TXT', 'a.txt/x'])(
    '%s is nothing',
    async (name) => {
      const path = join(root, name);
      await expect(findObjects(path)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', details: { path } });
    },
  );
});

test.each(['gs://bucket/x', 'https://example.org/a.txt', 'file:///a', 'S3X://b'])(
  '%s is no place of texts',
  async (address) => {
    await expect(openStore(address)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(address),
    });
    await expect(findObjects(address)).rejects.toMatchObject({ code: 'USAGE' });
  },
);
