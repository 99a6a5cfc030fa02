import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OctavecError } from '../base/index.js';
import { readVectors, vectorKeeper } from './vector-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-vectors-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('kept vectors', () => {
  test('come back as they were, of a view only what it shows', async () => {
    const path = join(folder, 'sub', 'v.f32');
    const vectors = Float32Array.of(9, 1, -2, Number.NaN, 3e-7, 9).subarray(1, 5);
    await vectorKeeper({ folder })(path, vectors);
    expect((await readFile(path)).length).toBe(16);
    expect(await readVectors(path, 2)).toEqual(vectors);
  });

  test.each([
    [0, 3, 0],
    [12, 3, 3],
    [12, 1, 3],
    [12, 2, undefined],
    [13, 1, undefined],
    [4, 3, undefined],
  ])('of %d bytes are rows of %d numbers: %s numbers', async (bytes, width, count) => {
    const path = join(folder, 'v.f32');
    await writeFile(path, Buffer.alloc(bytes));
    expect((await readVectors(path, width))?.length).toBe(count);
  });

  test('that are not there are none', async () => {
    expect(await readVectors(join(folder, 'none'), 1)).toBeUndefined();
    expect(await readVectors(folder, 1)).toBeUndefined();
  });
});

describe('where nothing can be written', () => {
  test('one is told once, and the work goes on', async () => {
    await writeFile(join(folder, 'file'), '');
    const told: OctavecError[] = [];
    const keep = vectorKeeper({ folder, onUnwritable: (error) => told.push(error) });
    await keep(join(folder, 'file', 'a'), Float32Array.of(1));
    await keep(join(folder, 'b'), Float32Array.of(1));
    expect(told.map(({ code }) => code)).toEqual(['OUTPUT_NOT_WRITABLE']);
    expect(await readVectors(join(folder, 'b'), 1)).toBeUndefined();
  });

  test('the work ends where nobody is to be told', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(vectorKeeper({ folder })(join(folder, 'file', 'a'), Float32Array.of(1))).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    });
  });
});
