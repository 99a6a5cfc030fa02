import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { syncFolder, writeHashed } from './write-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-write-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (length: number, seed: number) => Buffer.from(Array.from({ length }, (_, i) => (i * seed) % 251));

test.each([
  ['nothing', []],
  ['an empty piece', [Buffer.alloc(0)]],
  ['one piece', [bytes(10, 3)]],
  ['small pieces, an empty one among them', [bytes(5, 3), Buffer.alloc(0), bytes(7, 5)]],
  ['a piece as large as the buffer', [bytes(2 ** 20, 7), bytes(1, 3)]],
  ['pieces that fill the buffer together', [bytes(2 ** 20 - 1, 7), bytes(1, 3), bytes(2, 5)]],
])('writes %s, with length and hash', async (_, pieces) => {
  const path = join(folder, 'file');
  const whole = Buffer.concat(pieces);
  const sha256 = createHash('sha256').update(whole).digest('hex');
  expect(await writeHashed(path, pieces)).toEqual({ bytes: whole.length, sha256 });
  expect((await readFile(path)).equals(whole)).toBe(true);
});

test('takes pieces that come later, and views of larger buffers', async () => {
  const path = join(folder, 'file');
  const late = async function* () {
    yield bytes(10, 3).subarray(2, 5);
    yield new Uint8Array(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2);
  };
  await writeHashed(path, late());
  expect([...(await readFile(path))]).toEqual([6, 9, 12, 2, 3]);
});

test('what goes wrong while pieces are made is told with the path', async () => {
  const broken = function* () {
    yield bytes(3, 3);
    throw Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC', syscall: 'write' });
  };
  await expect(writeHashed(join(folder, 'file'), broken())).rejects.toMatchObject({ code: 'DISK_FULL' });
  await expect(writeHashed(join(folder, 'no', 'file'), [])).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
});

test('a folder that is not there need not be brought to the disk', async () => {
  await expect(syncFolder(join(folder, 'missing'))).resolves.toBeUndefined();
});
