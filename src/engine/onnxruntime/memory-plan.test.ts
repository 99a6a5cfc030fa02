import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryNeeds, planMemory } from './memory-plan.js';

const worker = 48 * 2 ** 20;

test.each([
  [0, 1, { fast: worker, shared: worker }],
  [1000, 1, { fast: 2000 + worker, shared: 1000 + worker }],
  [1000, 4, { fast: 5000 + 4 * worker, shared: 1000 + 4 * worker }],
])('weights of %d bytes in %d sessions take %j', (weights, workers, needs) => {
  expect(memoryNeeds(weights, workers)).toEqual(needs);
});

describe('how weights are held', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'octavec-memory-'));
    path = join(folder, 'model.onnx');
    await writeFile(path, Buffer.alloc(1000));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('fast, where twice of it is granted', async () => {
    const { fast } = memoryNeeds(1000, 2);
    const plan = await planMemory(path, 'auto', 2, 2 * fast);
    expect([plan.mode, plan.reason, await plan.firstPath()]).toEqual(['fast', undefined, path]);
  });

  test('fast, where it is asked for, whatever is granted', async () => {
    expect((await planMemory(path, 'fast', 2, 1)).mode).toBe('fast');
  });
});
