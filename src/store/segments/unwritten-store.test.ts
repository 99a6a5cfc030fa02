import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IndexManifest } from '../manifest.js';
import { SegmentStore } from './segment-store.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-unwritten-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const manifest: IndexManifest = {
  ...{ format: 1, tool: 'test', chunking: 'none', vectors: 'float32', sources: [] },
  model: { name: 'm', dimensions: 2, documentPrompt: '', queryPrompt: '', probes: [[1, 0]] },
};
/** JSON cannot write it, as a full disk cannot. */
const unwritable = { ...manifest, tool: 1n as unknown as string };

describe('a new index of which nothing could be written', () => {
  test('leaves no folder, nor those that were made for it', async () => {
    const store = await SegmentStore.open(join(root, 'deep', 'er', 'docs.index'));
    await expect(store.writeManifest(unwritable)).rejects.toThrow(TypeError);
    await store.close();
    expect(readdirSync(root)).toEqual([]);
  });

  test('nor where it was only reserved', async () => {
    const store = await SegmentStore.open(join(root, 'docs.index'));
    await store.reserve();
    expect(existsSync(join(root, 'docs.index'))).toBe(true);
    await store.close();
    expect(readdirSync(root)).toEqual([]);
  });

  test('leaves a folder that was there, and what is in it', async () => {
    const folder = join(root, 'docs.index');
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const store = await SegmentStore.open(folder);
    await expect(store.writeManifest(unwritable)).rejects.toThrow(TypeError);
    await store.close();
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  test('leaves what somebody put into its folder meanwhile', async () => {
    const folder = join(root, 'docs.index');
    const store = await SegmentStore.open(folder);
    await store.reserve();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    await store.close();
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  test('does not take an index away that was written', async () => {
    const folder = join(root, 'docs.index');
    const store = await SegmentStore.open(folder);
    await store.writeManifest(manifest);
    await expect(store.writeManifest(unwritable)).rejects.toThrow(TypeError);
    await store.close();
    const again = await SegmentStore.open(folder);
    expect(await again.readManifest()).toEqual(manifest);
    await again.close();
  });
});

test('a file in the place of the folder is told, and left', async () => {
  writeFileSync(join(root, 'docs.index'), 'mine');
  const store = await SegmentStore.open(join(root, 'docs.index')).catch((error: { code: string }) => error.code);
  if (typeof store !== 'string') {
    await expect(store.writeManifest(manifest)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
    await store.close();
  }
  expect(readdirSync(root)).toEqual(['docs.index']);
});
