import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lastingPath, presentPath } from './lasting-path.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-lasting-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a path that lasts', () => {
  test.each([
    ['/home/me/project/docs', '/home/me/project/docs.index', '../docs'],
    ['/home/me/project', '/home/me/project/docs.index', '..'],
    ['/home/me/project/docs.index/own', '/home/me/project/docs.index', 'own'],
    ['/home/me/project/..docs', '/home/me/project/docs.index', '../..docs'],
    ['/home/me/other', '/home/me/project/docs.index', undefined],
    ['/home/me', '/home/me/project/docs.index', undefined],
    ['/models/m', '/home/me/project/docs.index', undefined],
    ['/models/m', '/docs.index', '../models/m'],
  ])('%s beside %s has the way %s', (path, index, beside) => {
    expect(lastingPath(path, index)).toEqual({ path: resolve(path), ...(beside !== undefined && { beside }) });
  });

  test('of a database stands beside nothing', () => {
    expect(lastingPath('docs', undefined)).toEqual({ path: resolve('docs') });
  });

  test('of an index that is named from here has the same way', () => {
    expect(lastingPath('docs', 'docs.index').beside).toBe('../docs');
  });
});

test('both are found after they were moved together, and where they were if only one was', () => {
  const place = (...parts: readonly string[]) => join(folder, ...parts);
  mkdirSync(place('a', 'docs'), { recursive: true });
  const noted = lastingPath(place('a', 'docs'), place('a', 'docs.index'));
  expect(presentPath(noted, place('a', 'docs.index'))).toBe(place('a', 'docs'));
  expect(presentPath(noted, place('elsewhere', 'docs.index'))).toBe(place('a', 'docs'));
  expect(presentPath(noted, undefined)).toBe(place('a', 'docs'));
  renameSync(place('a'), place('b'));
  expect(presentPath(noted, place('b', 'docs.index'))).toBe(place('b', 'docs'));
  // Gone from both places: the one that people remember.
  expect(presentPath(noted, place('c', 'docs.index'))).toBe(place('a', 'docs'));
});
