import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSpace } from './disk-space.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-space-'));

test('what no disk holds is refused, with what is needed and what is free', async () => {
  await expect(checkSpace(folder, 1e18)).rejects.toMatchObject({ code: 'DISK_TOO_SMALL' });
  await expect(checkSpace(folder, 1e18)).rejects.toThrow(/1,000,000 TB/);
});

test('a folder that is not there yet counts as the one above it', async () => {
  await expect(checkSpace(join(folder, 'a', 'b', 'c'), 1)).resolves.toBeUndefined();
  await expect(checkSpace(join(folder, 'a', 'b', 'c'), 1e18)).rejects.toMatchObject({ code: 'DISK_TOO_SMALL' });
});

test('nothing always fits', async () => {
  await expect(checkSpace(folder, 0)).resolves.toBeUndefined();
});
