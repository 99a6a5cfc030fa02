import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WeightFiles } from '../../checkpoint/index.js';
import { readSafetensorsHeader, safetensorsBytes } from '../../files/index.js';
import { floatsToHalves, halvesToFloats } from '../../numbers/index.js';
import { streamWeight } from './stream-weight.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-weights-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a weight is streamed', () => {
  async function streamed(values: readonly number[], columns: number, deferred: object): Promise<number[]> {
    const data = Float32Array.from(values);
    const dims = [values.length / columns, columns];
    const path = join(folder, 'model.safetensors');
    await writeFile(path, safetensorsBytes([{ name: 'a', type: 'F32', dims, data }]));
    const weights = new WeightFiles(await readSafetensorsHeader(path));
    const { weight = {}, ...rest } = deferred as { readonly weight?: object };
    try {
      const pieces: Uint8Array[] = [];
      for await (const piece of streamWeight(weights, {
        ...rest,
        weight: { tensor: weights.tensors.get('a')!, ...weight },
      } as Parameters<typeof streamWeight>[1])) {
        pieces.push(Uint8Array.from(piece));
      }
      const { buffer } = Uint8Array.from(Buffer.concat(pieces));
      return Array.from('half' in rest ? halvesToFloats(new Uint16Array(buffer)) : new Float32Array(buffer));
    } finally {
      await weights.close();
    }
  }

  const six = [1, 2, 3, 4, 5, 6];

  test.each([
    ['as it is', {}, six],
    ['in rows', { weight: { rows: [1, 3] } }, [3, 4, 5, 6]],
    ['transposed', { transposed: true }, [1, 3, 5, 2, 4, 6]],
    ['in rows, transposed', { transposed: true, weight: { rows: [0, 2] } }, [1, 3, 2, 4]],
    ['with 1 added, as norms of Gemma have it', { weight: { plus: 1 } }, [2, 3, 4, 5, 6, 7]],
    ['in half precision', { half: true }, six],
  ])('%s', async (_, deferred, expected) => {
    expect(await streamed(six, 2, deferred)).toEqual(expected);
  });

  test('transposed in tiles as a whole', async () => {
    const [rows, columns] = [70, 45];
    const values = Array.from({ length: rows * columns }, (_, i) => i);
    const expected = Array.from(
      { length: rows * columns },
      (_, i) => values[(i % rows) * columns + Math.floor(i / rows)],
    );
    expect(await streamed(values, columns, { transposed: true })).toEqual(expected);
  });

  test('in half precision, rounded; and refused where half precision ends', async () => {
    const values = [0.1, 65_504, -65_504, 1e-9];
    expect(await streamed(values, 2, { half: true })).toEqual([
      ...halvesToFloats(floatsToHalves(Float32Array.from(values))),
    ]);
    for (const beyond of [65_520, -1e10, Number.POSITIVE_INFINITY, Number.NaN]) {
      await expect(streamed([1, beyond], 2, { half: true })).rejects.toMatchObject({
        ...{ code: 'WEIGHTS_INVALID', message: expect.stringContaining('convert it in FP32') },
      });
    }
  });
});
