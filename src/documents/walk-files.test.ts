import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reasonOfSystem, rootOf, type SkippedFile, walkFiles } from './walk-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-walk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function walk(path = folder, name = 'docs') {
  const skipped: SkippedFile[] = [];
  const found: string[] = [];
  for await (const { id, bytes } of walkFiles({ name, path }, (file) => skipped.push(file))) {
    found.push(`${id} ${bytes}`);
  }
  return { found, skipped: skipped.map(({ id, reason }) => `${id}: ${reason}`) };
}

async function write(...files: readonly string[]) {
  for (const file of files) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), 'text');
  }
}

describe('files below a folder', () => {
  test('come in the order of their names, with ids that begin with that of the root', async () => {
    await write('b.md', 'a/z.md', 'a/b/c.md', 'B.md', 'ä.md');
    expect(await walk()).toEqual({
      found: ['docs/B.md 4', 'docs/a/b/c.md 4', 'docs/a/z.md 4', 'docs/b.md 4', 'docs/ä.md 4'],
      skipped: [],
    });
  });

  test('that are hidden or belong to tools are passed over in silence', async () => {
    await write('.git/x', '.env', 'node_modules/a.md', 'a/dist/b.md', 'dist.md', 'target.txt', 'a/ok.md');
    expect(await walk()).toEqual({ found: ['docs/a/ok.md 4', 'docs/dist.md 4', 'docs/target.txt 4'], skipped: [] });
  });

  test('of an index are none, wherever it stands: who indexes "." has it there', async () => {
    await write('docs.index/index.json', 'docs.index/index.backup.json', 'docs.index/segments/s1/documents.jsonl');
    await write('a/docs.lance/octavec.lance/x.txt', 'a/docs.lance/chunks.lance/data/y.txt');
    await write('site/index.json', 'site/segments/a.md');
    expect(await walk()).toEqual({ found: ['docs/site/index.json 4', 'docs/site/segments/a.md 4'], skipped: [] });
  });

  test('that are links are told of and not followed', async () => {
    await write('a/x.md');
    await symlink(folder, join(folder, 'a', 'loop'));
    await symlink(join(folder, 'missing'), join(folder, 'dead'));
    expect(await walk()).toEqual({
      found: ['docs/a/x.md 4'],
      skipped: ['docs/a/loop: it is a symbolic link', 'docs/dead: it is a symbolic link'],
    });
  });

  test('of a root that is one file is that file; of an empty folder none', async () => {
    await write('x.md');
    expect((await walk(join(folder, 'x.md'), 'x.md')).found).toEqual(['x.md 4']);
    await mkdir(join(folder, 'empty'));
    expect((await walk(join(folder, 'empty'))).found).toEqual([]);
  });

  test('of a root that is a link are read: somebody named it', async () => {
    await write('a/x.md');
    await symlink(join(folder, 'a'), join(folder, 'link'));
    expect((await walk(join(folder, 'link'))).found).toEqual(['docs/x.md 4']);
  });

  test('of a root that is not there are an error', async () => {
    await write('x.md');
    await expect(walk(join(folder, 'no'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(walk(join(folder, 'x.md', 'no'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

test('a root is named by the last part of its path', () => {
  expect(rootOf('/a/docs/')).toEqual({ name: 'docs', path: '/a/docs' });
  expect(rootOf('/a/b/..')).toEqual({ name: 'a', path: '/a' });
  expect(rootOf('/')).toEqual({ name: 'root', path: '/' });
});

test('errors of the system are told without their path', () => {
  const error = (code: string, message: string) => Object.assign(new Error(message), { code });
  expect(reasonOfSystem(error('EACCES', "EACCES: permission denied, open '/x'"))).toBe('permission denied');
  expect(reasonOfSystem(error('EIO', "EIO: i/o error, read '/a b/c'"))).not.toContain('/a b');
});
