import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IndexManifest } from '../manifest.js';
import {
  listPath,
  newSegmentName,
  readSegmentList,
  type SegmentList,
  secondListPath,
  writeSegmentList,
} from './segment-list.js';

const manifest: IndexManifest = {
  ...{ format: 1, tool: 'octavec test', chunking: { tokens: 256, overlap: 0 }, vectors: 'int8', sources: [] },
  model: { name: 'größe', dimensions: 2, documentPrompt: '', queryPrompt: 'q: ', probes: [[1, -0.5]] },
};
const list: SegmentList = {
  manifest,
  segments: [
    {
      ...{ name: 'a-1', documents: 2, chunks: 3, removed: [1] },
      files: { 'chunks.jsonl': { bytes: 10, sha256: 'ab' } },
    },
  ],
};

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-list-'));
  path = listPath(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const damage = (why: string) => ({ code: 'INDEX_DAMAGED', details: { path, why } });

describe('a list of segments', () => {
  test('reads back as it was written, and so does its copy', async () => {
    await writeSegmentList(folder, list);
    expect(await readSegmentList(path)).toEqual(list);
    expect(await readFile(secondListPath(folder), 'utf8')).toBe(await readFile(path, 'utf8'));
  });

  test('that is not there is none', async () => {
    expect(await readSegmentList(path)).toBeUndefined();
    await writeFile(path, '{}');
    expect(await readSegmentList(join(path, 'index.json'))).toBeUndefined();
    await expect(readSegmentList(folder)).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });

  test.each([
    ['', 'it is not JSON'],
    ['{"sha256":"', 'it is not JSON'],
    ['null', 'it is no list of segments'],
    ['[]', 'it is no list of segments'],
    ['{"list":{}}', 'it is no list of segments'],
    ['{"sha256":"ab","list":{}}', 'its checksum is another'],
  ])('%j is damaged: %s', async (text, why) => {
    await writeFile(path, text);
    await expect(readSegmentList(path)).rejects.toMatchObject(damage(why));
  });

  test('in which anything was changed is damaged', async () => {
    await writeSegmentList(folder, list);
    const text = await readFile(path, 'utf8');
    for (const [from, to] of [
      ['"chunks":3', '"chunks":4'],
      ['größe', 'grosse'],
      ['-0.5', '-0.50001'],
    ]) {
      await writeFile(path, text.replace(from, to));
      await expect(readSegmentList(path), from).rejects.toMatchObject(damage('its checksum is another'));
    }
    await writeFile(path, text.slice(0, -3));
    await expect(readSegmentList(path)).rejects.toMatchObject(damage('it is not JSON'));
  });

  test.each([
    ['a name that leads elsewhere', { name: '../evil' }],
    ['a name with a slash', { name: 'a/b' }],
    ['no name', { name: '' }],
    ['a number below 0', { chunks: -1 }],
    ['half a document', { documents: 0.5 }],
    ['a removed document without a number', { removed: ['1'] }],
  ])('with %s is no list of segments, even with the right checksum', async (_, wrong) => {
    await writeSegmentList(folder, { manifest, segments: [{ ...list.segments[0], ...(wrong as object) }] });
    await expect(readSegmentList(path)).rejects.toMatchObject(damage('it is no list of segments'));
  });
});

test('names of segments are different, and fit into the list', () => {
  const names = Array.from({ length: 100 }, newSegmentName);
  expect(new Set(names).size).toBe(100);
  expect(names.every((name) => /^[\w-]+$/.test(name))).toBe(true);
});
