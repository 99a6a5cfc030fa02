import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkVacant, checkWritable, openStaging } from './staging.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-staging-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a temporary folder beside a target', () => {
  test('goes with all that is in it, and with the folders that were made for it', async () => {
    const staging = await openStaging(join(folder, 'a', 'b', 'model.onnx'));
    expect(dirname(staging.folder)).toBe(join(folder, 'a', 'b'));
    await writeFile(join(staging.folder, 'half'), 'x');
    await staging.discard();
    expect(await readdir(folder)).toEqual([]);
    await expect(staging.discard()).resolves.toBeUndefined();
  });

  test('leaves folders that others have put something into', async () => {
    const staging = await openStaging(join(folder, 'a', 'model.onnx'));
    await writeFile(join(folder, 'a', 'model.onnx'), 'x');
    await staging.discard();
    expect(await readdir(join(folder, 'a'))).toEqual(['model.onnx']);
  });

  test('leaves folders that were there before, empty as they may be', async () => {
    await mkdir(join(folder, 'old'));
    await (await openStaging(join(folder, 'old', 'x'))).discard();
    expect(await readdir(folder)).toEqual(['old']);
  });

  test('cannot be below a file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openStaging(join(folder, 'file', 'x', 'y'))).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
    expect(await readdir(folder)).toEqual(['file']);
  });
});

describe('before the long work', () => {
  test('a target that can be written leaves no trace', async () => {
    await checkWritable(join(folder, 'new', 'x'));
    await writeFile(join(folder, 'old'), 'kept');
    await checkWritable(join(folder, 'old'));
    expect(await readdir(folder)).toEqual(['old']);
    expect((await stat(join(folder, 'old'))).size).toBe(4);
  });

  test('a target that is a folder is refused', async () => {
    await expect(checkWritable(folder)).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      details: { why: 'it is a folder' },
    });
  });
});

test('a folder is vacant if it is empty or not there; a file never is', async () => {
  await expect(checkVacant(join(folder, 'none'))).resolves.toBeUndefined();
  await expect(checkVacant(folder)).resolves.toBeUndefined();
  await writeFile(join(folder, '.hidden'), '');
  await expect(checkVacant(folder)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
  await expect(checkVacant(join(folder, '.hidden'))).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
});
