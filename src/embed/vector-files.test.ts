import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
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
    expect((await readFile(path)).length).toBe(16 + 32);
    expect(await readVectors(path, 2)).toEqual(vectors);
  });

  test.each([
    [0, 3, 0],
    [3, 3, 3],
    [3, 1, 3],
    [3, 2, undefined],
    [1, 3, undefined],
  ])('of %d numbers are rows of %d: %s numbers', async (numbers, width, count) => {
    const path = join(folder, 'v.f32');
    await vectorKeeper({ folder })(path, new Float32Array(numbers));
    expect((await readVectors(path, width))?.length).toBe(count);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['with another bit', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte)))],
    ['that was cut after a row', (bytes) => Buffer.concat([bytes.subarray(0, 8)])],
    ['that lost a row', (bytes) => bytes.subarray(8)],
    ['of zeros', (bytes) => Buffer.alloc(bytes.length)],
    ['that is empty', () => Buffer.alloc(0)],
    ['shorter than a checksum', () => Buffer.alloc(8)],
  ])('in a file %s are none', async (_, damage) => {
    const path = join(folder, 'v.f32');
    await vectorKeeper({ folder })(path, Float32Array.of(1, 2, 3, 4, 5, 6));
    await writeFile(path, damage(await readFile(path)));
    expect(await readVectors(path, 2)).toBeUndefined();
  });

  test('that are read count as used now', async () => {
    const path = join(folder, 'v.f32');
    await vectorKeeper({ folder })(path, Float32Array.of(1));
    await utimes(path, 1000, 1000);
    await readVectors(path, 1);
    expect((await stat(path)).mtimeMs).toBeGreaterThan(1_000_000);
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
