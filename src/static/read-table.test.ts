import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type NewTensor, safetensorsBytes } from '../files/index.js';
import { averageRows } from './average-rows.js';
import { readTable } from './read-table.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-table-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'model.safetensors');

const rows: NewTensor = { name: 'embeddings', type: 'F32', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
type Numbers = Float32Array | Int32Array | BigInt64Array;
const list = (name: string, type: string, data: Numbers): NewTensor => ({
  ...{ name, type, dims: [data.length], data },
});

const read = (...tensors: readonly NewTensor[]) => {
  writeFileSync(path, safetensorsBytes(tensors));
  return readTable(path);
};

/** The vector of each token alone. */
const vectors = (table: Awaited<ReturnType<typeof readTable>>, tokens: number) =>
  Array.from({ length: tokens }, (_, id) => [
    ...averageRows(table, { ids: Int32Array.of(id), offsets: Int32Array.of(0, 1) }, false),
  ]);

test('rows, under either name', async () => {
  for (const name of ['embeddings', 'embedding.weight']) {
    expect(vectors(await read({ ...rows, name }), 2)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  }
});

test('weights and mapping: token t is row mapping[t], times weights[t]', async () => {
  const weights = list('weights', 'F32', Float32Array.of(2, 1, -1));
  for (const mapping of [
    list('mapping', 'I64', BigInt64Array.of(1n, 0n, 1n)),
    list('mapping', 'I32', Int32Array.of(1, 0, 1)),
  ]) {
    expect(vectors(await read(rows, weights, mapping), 3)).toEqual([
      [6, 8],
      [1, 2],
      [-3, -4],
    ]);
  }
});

test('BF16 and F64 are widened', async () => {
  const bf16 = { ...rows, type: 'BF16', data: Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080) } as const;
  const f64 = { ...rows, type: 'F64', data: Float64Array.of(1, 2, 3, 4) } as const;
  for (const tensor of [bf16, f64]) {
    expect(vectors(await read(tensor), 2)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  }
});

test.each<[string, readonly NewTensor[], RegExp]>([
  ['no rows', [{ ...rows, name: 'other' }], /neither "embeddings" nor "embedding.weight" \(it has other\)/],
  ['a list', [list('embeddings', 'F32', Float32Array.of(1, 2))], /"embeddings" is \[2\]/],
  ['an empty table', [{ ...rows, dims: [0, 2], data: new Float32Array() }], /is \[0,2\]/],
  ['integers', [{ ...rows, type: 'I32', data: Int32Array.of(1, 2, 3, 4) }], /has the type I32/],
  ['too few weights', [rows, list('weights', 'F32', Float32Array.of(1))], /a number for each of 2 tokens/],
  ['weights that are integers', [rows, list('weights', 'I32', Int32Array.of(1, 1))], /"weights" is I32/],
  ['a mapping that is no list', [rows, { ...rows, name: 'mapping' }], /"mapping" is F32/],
  ['a row too far', [rows, list('mapping', 'I64', BigInt64Array.of(0n, 2n))], /names row 2, and there are 2/],
  ['a row before the first', [rows, list('mapping', 'I64', BigInt64Array.of(-5n))], /names row -5/],
])('%s: refused', async (_, tensors, message) => {
  await expect(read(...tensors)).rejects.toMatchObject({
    code: 'WEIGHTS_INVALID',
    message: expect.stringMatching(message),
  });
});
