import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type NewTensor, safetensorsBytes } from '../files/index.js';
import { averageRows } from './average-rows.js';
import { readTable } from './read-table.js';
import { rowTypes } from './static-table.js';

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

test('halves and bytes stay as they are stored', async () => {
  const f16 = await read({ ...rows, type: 'F16', data: Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400) });
  expect([f16.type, f16.data.byteLength]).toEqual([rowTypes.float16, 8]);
  expect(vectors(f16, 2)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  const i8 = await read({ ...rows, type: 'I8', data: Int8Array.of(1, 2, -3, 4) });
  expect([i8.type, i8.data.byteLength]).toEqual([rowTypes.int8, 4]);
  expect(vectors(i8, 2)).toEqual([
    [1, 2],
    [-3, 4],
  ]);
});

test.each([
  ['F16', Uint16Array.of(0x4000, 0x3800)],
  ['BF16', Uint16Array.of(0x4000, 0x3f00)],
  ['F64', Float64Array.of(2, 0.5)],
])('weights may be %s', async (type, data) => {
  const weights = { name: 'weights', type, dims: [2], data } as NewTensor;
  expect(vectors(await read(rows, weights), 2)).toEqual([
    [2, 4],
    [1.5, 2],
  ]);
});

test('of two tables that of model2vec counts', async () => {
  const other = { ...rows, name: 'embedding.weight', data: Float32Array.of(9, 9, 9, 9) };
  expect(vectors(await read(other, rows), 1)).toEqual([[1, 2]]);
});

test('rows behind a tensor of one byte lie at an odd place, and are read all the same', async () => {
  const header = JSON.stringify({
    flag: { dtype: 'I8', shape: [1], data_offsets: [0, 1] },
    embeddings: { dtype: 'F32', shape: [2, 2], data_offsets: [1, 17] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer);
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.of(7), data]));
  expect(vectors(await readTable(path), 2)).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('a file that ends too early, or is not there, is told by its path', async () => {
  const whole = safetensorsBytes([rows]);
  writeFileSync(path, Buffer.concat(Array.isArray(whole) ? whole : [whole]).subarray(0, -1));
  await expect(readTable(path)).rejects.toMatchObject({
    code: 'SAFETENSORS_INVALID',
    message: expect.stringContaining(path),
  });
  await expect(readTable(`${path}.none`)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
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
  [
    'a row too far for 32 bits',
    [rows, list('mapping', 'I64', BigInt64Array.of(0n, 2n ** 40n))],
    /names row 1099511627776, and there are 2/,
  ],
  ['a row that 32 bits would wrap', [rows, list('mapping', 'I64', BigInt64Array.of(-(2n ** 32n)))], /row -4294967296/],
  ['an empty mapping', [rows, list('mapping', 'I32', Int32Array.of())], /"mapping" is I32 \[0\]/],
  ['three sizes', [{ ...rows, dims: [1, 2, 2] }], /"embeddings" is \[1,2,2\]/],
  ['no columns', [{ ...rows, dims: [2, 0], data: new Float32Array() }], /is \[2,0\]/],
  ['very many columns', [{ ...rows, type: 'I8', dims: [1, 65_537], data: new Int8Array(65_537) }], /is \[1,65537\]/],
  [
    'weights by row, where tokens share rows',
    [rows, list('weights', 'F32', Float32Array.of(1, 1)), list('mapping', 'I32', Int32Array.of(0, 1, 1))],
    /a number for each of 3 tokens/,
  ],
  ['a row before the first', [rows, list('mapping', 'I64', BigInt64Array.of(-5n))], /names row -5/],
])('%s: refused', async (_, tensors, message) => {
  await expect(read(...tensors)).rejects.toMatchObject({
    code: 'WEIGHTS_INVALID',
    message: expect.stringMatching(message),
  });
});
