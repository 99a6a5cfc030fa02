import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OctavecError } from '../base/index.js';
import { openVectorCache } from './vector-cache.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-vector-cache-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test('a folder that was asked for is there, or it is an error at once', async () => {
  expect(await openVectorCache({ cache: join(folder, 'new') })).toEqual({ folder: join(folder, 'new') });
  writeFileSync(join(folder, 'file'), '');
  await expect(openVectorCache({ cache: join(folder, 'file') })).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
  expect(await openVectorCache({ cache: false })).toBeUndefined();
});

test("the user's folder may fail; that is told once", async () => {
  vi.stubEnv('OCTAVEC_CACHE', folder);
  const onNote = vi.fn();
  const cache = await openVectorCache({ onNote });
  expect(cache?.folder).toBe(join(folder, 'embeddings'));
  for (const why of ['it is read-only', 'it is still read-only']) {
    cache?.onUnwritable?.(new OctavecError('OUTPUT_NOT_WRITABLE', { path: folder, why }));
  }
  expect(onNote).toHaveBeenCalledOnce();
  expect(onNote).toHaveBeenCalledWith(expect.stringContaining('vectors are not kept'));
});
