import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asOutputError, writeOutput, writeOutputFile, writeOutputs } from './output-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-output-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An error as the file system throws it. */
function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: write`), { code, syscall: 'write' });
}

describe('writeOutput', () => {
  test('makes missing folders, and nothing but the file', async () => {
    const target = join(folder, 'a', 'b', 'file.txt');
    await writeOutputFile(target, 'text');
    expect(await readFile(target, 'utf8')).toBe('text');
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file.txt']);
  });

  test('the target does not exist before it is whole', async () => {
    const target = join(folder, 'file.txt');
    await writeOutput(target, async (file, temporary) => {
      await file.writeFile('half');
      expect(existsSync(target)).toBe(false);
      expect(temporary.startsWith(folder)).toBe(true);
      expect(await readFile(temporary, 'utf8')).toBe('half');
    });
    expect(existsSync(target)).toBe(true);
  });

  test.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EFBIG', 'OUTPUT_NOT_WRITABLE'],
    ['EIO', 'OUTPUT_NOT_WRITABLE'],
  ])('%s is %s, the old file stays, nothing is left behind', async (code, expected) => {
    const target = join(folder, 'file.txt');
    await writeFile(target, 'old');
    const writing = writeOutput(target, async (file) => {
      await file.writeFile('new');
      throw systemError(code);
    });
    await expect(writing).rejects.toMatchObject({ code: expected });
    expect(await readFile(target, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file.txt']);
  });

  test('a file that may not be so large is no matter of the folder', () => {
    const { message } = asOutputError(systemError('EFBIG'), '/a/b.onnx') as Error;
    expect(message).toContain('the file would be larger than it may be');
    expect(message).toContain('ulimit -f');
    expect(message).not.toContain('folder that you may write to');
  });

  test('a device that is full says so', async () => {
    const writing = writeOutput(join(folder, 'x'), async () => writeFile('/dev/full', 'x'));
    await expect(writing).rejects.toMatchObject({ code: 'DISK_FULL' });
  });

  test('folders that were made for nothing are gone, those of others stay', async () => {
    await mkdir(join(folder, 'there'));
    const writing = writeOutput(join(folder, 'there', 'new', 'newer', 'x'), async () => {
      throw systemError('ENOSPC');
    });
    await expect(writing).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(folder, { recursive: true })).toEqual(['there']);
  });

  test('errors of the caller pass through', async () => {
    const own = new Error('mine');
    const writing = writeOutput(join(folder, 'x'), () => Promise.reject(own));
    await expect(writing).rejects.toBe(own);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a file in the place of a folder, a folder in the place of a file, a device', async () => {
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'folder'));
    for (const target of [join(folder, 'file', 'x'), join(folder, 'folder'), '/dev/null']) {
      let called = false;
      const writing = writeOutput(target, async () => {
        called = true;
      });
      await expect(writing).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
      expect(called).toBe(false);
    }
    expect((await readdir(folder)).sort()).toEqual(['file', 'folder']);
  });

  test('a link is replaced, what it points to stays', async () => {
    await writeFile(join(folder, 'pointed-to'), 'old');
    await symlink('pointed-to', join(folder, 'link'));
    await writeOutputFile(join(folder, 'link'), 'new');
    expect(await readFile(join(folder, 'pointed-to'), 'utf8')).toBe('old');
    expect(await readFile(join(folder, 'link'), 'utf8')).toBe('new');
  });
});

describe('writeOutputs', () => {
  test('several files appear together', async () => {
    const targets = [join(folder, 'data'), join(folder, 'index')];
    await writeOutputs(targets, async ([data, index]) => {
      await data.writeFile('1');
      await index.writeFile('2');
      expect(targets.some((target) => existsSync(target))).toBe(false);
    });
    expect((await readdir(folder)).sort()).toEqual(['data', 'index']);
  });

  test('or not at all', async () => {
    const writing = writeOutputs([join(folder, 'data'), join(folder, 'new', 'index')], async ([data]) => {
      await data.writeFile('1');
      throw systemError('ENOSPC');
    });
    await expect(writing).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a second target that cannot be opened takes the first with it', async () => {
    await mkdir(join(folder, 'index'));
    const writing = writeOutputs([join(folder, 'new', 'data'), join(folder, 'index')], async () => undefined);
    await expect(writing).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      details: { path: join(folder, 'index') },
    });
    expect(await readdir(folder)).toEqual(['index']);
  });

  test('a second target that cannot get its name takes the first with it', async () => {
    const targets = [join(folder, 'data'), join(folder, 'index')];
    const writing = writeOutputs(targets, async () => mkdir(join(folder, 'index')));
    await expect(writing).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
    expect(await readdir(folder)).toEqual(['index']);
  });
});
