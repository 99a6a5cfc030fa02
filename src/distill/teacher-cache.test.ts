import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { smallModel } from '../../test/support/small-model.js';
import { OctavecError } from '../base/index.js';
import { encodeModel, makeNode } from '../onnx/index.js';
import { openTeacherCache, share } from './teacher-cache.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-teacher-'));
  vi.stubEnv('OCTAVEC_CACHE', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function teacher(operator: string): Promise<string> {
  const path = join(folder, 'model.onnx');
  const nodes = [makeNode(operator, ['x'], ['y'])];
  const { proto } = smallModel({ inputs: { x: 'float[1]' }, outputs: { y: 'float[1]' }, nodes });
  await writeFile(path, Buffer.concat(encodeModel(proto)));
  return path;
}

describe('the cache of a teacher', () => {
  test('knows it by its file', async () => {
    const hashOf = async (operator: string) => (await openTeacherCache(await teacher(operator), {})).modelHash;
    const hash = await hashOf('Neg');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf('Neg')).toBe(hash);
    expect(await hashOf('Abs')).not.toBe(hash);
  });

  test('tells once that nothing can be kept, and each time what was', async () => {
    const notes: string[] = [];
    const cache = await openTeacherCache(await teacher('Neg'), { onNote: (note) => notes.push(note) });
    expect(cache.folder).toBe(join(folder, 'embeddings'));
    for (let time = 0; time < 2; time++) {
      cache.onUnwritable?.(new OctavecError('OUTPUT_NOT_WRITABLE', { path: folder, why: 'it is read-only' }));
    }
    cache.onRecalled('3 tokens');
    cache.onRecalled('5 texts');
    expect(notes).toEqual([
      expect.stringMatching(/^the teacher's vectors are not kept for another run\. .*it is read-only/),
      `the teacher's vectors of 3 tokens are those of an earlier run, kept in ${cache.folder}`,
      `the teacher's vectors of 5 texts are those of an earlier run, kept in ${cache.folder}`,
    ]);
  });
});

test.each([
  [20_000, 20_000, '20,000 texts'],
  [12_288, 20_000, '12,288 of 20,000 texts'],
  [1, 2, '1 of 2 texts'],
])('%i of %i are said to be %s', (recalled, total, said) => {
  expect(share(recalled, total, 'texts')).toBe(said);
});
