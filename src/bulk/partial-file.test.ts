import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PartialFile } from './partial-file.js';

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-partial-'));
  target = join(folder, 'new', 'v.npy');
});
afterEach(() => rm(folder, { recursive: true }));

const settings = { model: 'm' } as unknown as Parameters<PartialFile['begin']>[0];
const checkpoint = { records: 2, digest: 'd', truncated: 0, bytes: 4 };

async function begun(): Promise<PartialFile> {
  const partial = await PartialFile.open(target);
  await partial.begin(settings, {});
  await partial.file.write('abcdef', 0);
  await partial.journal.checkpoint(checkpoint);
  return partial;
}

describe('a file that is made over many lives', () => {
  test('has its name only when it is whole, and then nothing is left beside it', async () => {
    const partial = await begun();
    expect((await readdir(join(folder, 'new'))).sort()).toEqual(['v.npy.part', 'v.npy.progress']);
    await partial.complete(4);
    expect(await readdir(join(folder, 'new'))).toEqual(['v.npy']);
    expect(await readFile(target, 'utf8')).toBe('abcd');
  });

  test('is found again by the next life, with how far it was', async () => {
    await (await begun()).leave();
    const partial = await PartialFile.open(target);
    const found = await partial.begun();
    expect(found?.settings).toEqual(settings);
    expect(found?.checkpoints).toMatchObject([checkpoint]);
    await partial.discard();
  });

  test('cannot be continued where it is shorter than it was', async () => {
    const first = await begun();
    await first.file.truncate(3);
    await first.leave();
    const partial = await PartialFile.open(target);
    expect(await partial.begun()).toBeUndefined();
    await partial.discard();
  });

  test('is begun anew from nothing', async () => {
    await (await begun()).leave();
    const partial = await PartialFile.open(target);
    await partial.begin(settings, {});
    expect((await stat(partial.path)).size).toBe(0);
    expect(await partial.begun()).toBeUndefined();
    await partial.discard();
  });

  test('that is discarded takes the folders along that were made for it', async () => {
    await (await begun()).discard();
    expect(await readdir(folder)).toEqual([]);
  });

  test('belongs to one at a time', async () => {
    const partial = await begun();
    await expect(PartialFile.open(target)).rejects.toMatchObject({ code: 'OUTPUT_BUSY' });
    await partial.discard();
  });
});

test('an old file keeps its name until the new one is whole', async () => {
  target = join(folder, 'v.npy');
  await writeFile(target, 'old');
  const partial = await begun();
  expect(await readFile(target, 'utf8')).toBe('old');
  await partial.complete(6);
  expect(await readFile(target, 'utf8')).toBe('abcdef');
});

test('a folder is no target, and nothing is made beside it', async () => {
  await expect(PartialFile.open(folder)).rejects.toMatchObject({
    code: 'OUTPUT_NOT_WRITABLE',
    details: { path: folder, why: 'it is a folder' },
  });
  expect(await readdir(folder)).toEqual([]);
});
