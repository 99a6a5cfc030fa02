import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lastingPath, presentPath } from './lasting-path.js';
import { goneDocuments, presentSources, rootsOf } from './update-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-update-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('roots of an update', () => {
  test('are those given, else those that the index was made of', () => {
    const sources = [{ name: 'docs', path: '/x/docs' }];
    expect(rootsOf([], sources)).toEqual(sources);
    expect(rootsOf(['/y/notes'], sources)).toEqual([{ name: 'notes', path: '/y/notes' }]);
    expect(() => rootsOf([], [])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('named twice are one', () => {
    expect(rootsOf([join(folder, 'a'), `${folder}/./a/`], [])).toEqual([{ name: 'a', path: join(folder, 'a') }]);
  });

  test('of the same name are refused, unless the other is no longer there', async () => {
    const [old, moved] = [join(folder, 'old', 'docs'), join(folder, 'new', 'docs')];
    await mkdir(old, { recursive: true });
    const both = expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('both called "docs"') });
    expect(() => rootsOf([moved], [{ name: 'docs', path: old }])).toThrow(both);
    expect(() => rootsOf([old, moved], [])).toThrow(both);
    await rm(old, { recursive: true });
    expect(rootsOf([moved], [{ name: 'docs', path: old }])).toEqual([{ name: 'docs', path: moved }]);
  });
});

describe('documents that are gone', () => {
  const roots = [{ name: 'docs', path: '/docs' }];
  const gone = (ids: readonly string[], seen: readonly string[] = [], skipped: readonly string[] = []) =>
    goneDocuments(
      ids,
      roots,
      new Set(seen),
      skipped.map((id) => ({ id, path: '', reason: '' })),
    );

  test('are those of the roots that were not met', () => {
    expect(gone(['docs/a', 'docs/b', 'docs', 'docs#3'], ['docs/b'])).toEqual(['docs/a', 'docs', 'docs#3']);
    expect(gone([])).toEqual([]);
  });

  test('are none of other roots, whose names may begin alike', () => {
    expect(gone(['docs2/a', 'doc', 'other/docs/a', 'my id', ''])).toEqual([]);
  });

  test('are none that could not be read this time', () => {
    const ids = ['docs/sub/a', 'docs/sub/b/c', 'docs/subway', 'docs/rows.csv#1', 'docs/rows.csv'];
    expect(gone(ids, [], ['docs/sub', 'docs/rows.csv'])).toEqual(['docs/subway']);
    expect(gone(ids, [], ['docs'])).toEqual([]);
  });
});

describe('a path of an index', () => {
  test.each([
    ['/data/docs', '/data/x.index', '../docs'],
    ['/data/x.index/model', '/data/x.index', 'model'],
    ['/data/..odd', '/data/x.index', '../..odd'],
    ['/data/a/../docs/', '/data/x.index/', '../docs'],
    ['/data', '/data/x.index', '..'],
  ])('%s is beside %s', (path, index, beside) => {
    expect(lastingPath(path, index).beside).toBe(beside);
  });

  test.each([
    ['/other/docs', '/data/x.index'],
    ['/data2/docs', '/data/x.index'],
    ['/docs', '/data/x/y.index'],
    ['/data/docs', undefined],
  ])('%s is not beside %s', (path, index) => {
    expect(lastingPath(path, index)).toEqual({ path });
  });

  test('is that beside the index where that is there, else what was noted', async () => {
    const index = join(folder, 'x.index');
    const noted = { path: '/was/docs', beside: '../docs' };
    expect(presentPath(noted, index)).toBe('/was/docs');
    await mkdir(join(folder, 'docs'));
    expect(presentPath(noted, index)).toBe(join(folder, 'docs'));
    expect(presentPath(noted, undefined)).toBe('/was/docs');
    expect(presentPath({ path: '/was/docs' }, index)).toBe('/was/docs');
    expect(presentSources([{ name: 'docs', ...noted }], index)[0].path).toBe(join(folder, 'docs'));
  });
});
