import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredTensor } from '../../files/index.js';
import { WeightFiles } from './weight-files.js';

let folder: string;
let path: string;
let weights: WeightFiles | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-weight-files-'));
  path = join(folder, 'bytes');
});
afterEach(async () => {
  await weights?.close();
  weights = undefined;
  await rm(folder, { recursive: true });
});

/** Writes bytes, of which a tensor begins behind the first four. */
async function stored(type: string, dims: readonly number[], bytes: Uint8Array): Promise<StoredTensor> {
  await writeFile(path, Buffer.concat([Buffer.from([1, 2, 3, 4]), bytes]));
  const tensor: StoredTensor = { name: 't', type, dims, path, offset: 4, bytes: bytes.length };
  weights = new WeightFiles(new Map([['t', tensor]]));
  return tensor;
}
const floats = async (tensor: StoredTensor, ...rows: number[]) => [...((await weights?.floats(tensor, ...rows)) ?? [])];
const little = (...values: readonly number[]) => new Uint8Array(Uint16Array.from(values).buffer);

describe('numbers of a tensor', () => {
  test.each([
    ['F32', new Uint8Array(Float32Array.of(1, -2.5, 0.1).buffer), [1, -2.5, Math.fround(0.1)]],
    // 1, -2, the smallest subnormal, the largest number, infinity.
    ['F16', little(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00), [1, -2, 2 ** -24, 65_504, Number.POSITIVE_INFINITY]],
    // The upper halves of float32.
    ['BF16', little(0x3f80, 0xc020, 0x7f80, 0x0000), [1, -2.5, Number.POSITIVE_INFINITY, 0]],
  ])('of the type %s', async (type, bytes, expected) => {
    const tensor = await stored(type, [expected.length], bytes);
    expect(await floats(tensor)).toEqual(expected);
  });

  test('NaN stays NaN in every type', async () => {
    for (const [type, bytes] of [
      ['F16', little(0x7e00)],
      ['BF16', little(0x7fc0)],
    ] as const) {
      expect(await floats(await stored(type, [1], bytes))).toEqual([Number.NaN]);
      await weights?.close();
    }
  });

  test('by rows: some, none, all', async () => {
    const tensor = await stored('F16', [3, 2], little(0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600));
    expect(await floats(tensor)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await floats(tensor, 1, 2)).toEqual([3, 4]);
    expect(await floats(tensor, 1)).toEqual([3, 4, 5, 6]);
    expect(await floats(tensor, 2, 2)).toEqual([]);
  });

  test('of a single number without dimensions', async () => {
    expect(await floats(await stored('F32', [], new Uint8Array(Float32Array.of(7).buffer)))).toEqual([7]);
  });

  test('of a tensor without rows', async () => {
    expect(await floats(await stored('F32', [0, 5], new Uint8Array()))).toEqual([]);
  });

  test.each(['I64', 'BOOL', 'F64', 'F8_E4M3', ''])('are not read of the type %j', async (type) => {
    const tensor = await stored(type, [1], new Uint8Array(8));
    await expect(floats(tensor)).rejects.toMatchObject({
      code: 'WEIGHTS_INVALID',
      details: { path, why: `tensor "t" has the type ${type}, and only F32, F16, BF16 are read` },
    });
  });

  test('that a file is too short for are an error that names it', async () => {
    const tensor = await stored('F32', [2], new Uint8Array(8));
    await writeFile(path, new Uint8Array(10));
    await expect(floats(tensor)).rejects.toThrow(path);
  });

  test('of a file that went are not readable, and closing is no trouble', async () => {
    const tensor = await stored('F32', [1], new Uint8Array(4));
    await rm(path);
    await expect(floats(tensor)).rejects.toMatchObject({ code: expect.stringMatching(/^FILE_NOT_/) });
    await weights?.close();
  });
});

describe('pieces of a tensor', () => {
  const pieces = async (tensor: StoredTensor, first: number, end: number) => {
    const found: number[] = [];
    for await (const piece of (weights as WeightFiles).chunks(tensor, first, end)) {
      found.push(piece.length);
    }
    return found;
  };

  test('are one of a small tensor, and none of no rows', async () => {
    const tensor = await stored('F32', [4, 2], new Uint8Array(32));
    expect(await pieces(tensor, 0, 4)).toEqual([8]);
    expect(await pieces(tensor, 1, 3)).toEqual([4]);
    expect(await pieces(tensor, 2, 2)).toEqual([]);
  });

  test('have as many rows as go into 16 MiB, and one at least', async () => {
    const asked: [number, number][] = [];
    class Counting extends WeightFiles {
      override async floats(_: StoredTensor, first = 0, end = 0): Promise<Float32Array> {
        asked.push([first, end]);
        return new Float32Array();
      }
    }
    weights = new Counting(new Map());
    const tensor = (rows: number, columns: number): StoredTensor => ({
      ...{ name: 't', type: 'F32', path, offset: 0, dims: [rows, columns], bytes: 4 * rows * columns },
    });
    await pieces(tensor(10, 2 ** 20), 0, 10);
    expect(asked.splice(0)).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ]);
    await pieces(tensor(3, 2 ** 23), 1, 3);
    expect(asked).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });
});
