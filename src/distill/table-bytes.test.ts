import { expect, test } from 'vitest';
import { tableBytes } from './table-bytes.js';

/** Header and tensors of a safetensors file. */
function tensorsOf(file: Buffer) {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => [name, { dtype, shape, bytes: file.subarray(start + from, start + to) }],
    ),
  );
}

const vectors = { data: Float32Array.of(1, -2, 0.5, 0, 0, 0, 1e-3, 0, -1e-3), rows: 3, columns: 3 };

test('INT8 rows have a scale each: the largest number of a row is 127', () => {
  const tensors = tensorsOf(tableBytes(vectors, 'int8'));
  const { dtype, shape, bytes } = tensors.get('embeddings') ?? { bytes: Buffer.alloc(0) };
  expect([dtype, shape]).toEqual(['I8', [3, 3]]);
  expect([...new Int8Array(bytes)]).toEqual([64, -127, 32, 0, 0, 0, 127, 0, -127]);
  const scales = tensors.get('weights')?.bytes ?? Buffer.alloc(0);
  expect([0, 4, 8].map((at) => scales.readFloatLE(at))).toEqual([2, 0, 1e-3].map((most) => Math.fround(most / 127)));
});

test.each([
  ['fp32', 'F32', (bytes: Buffer) => bytes.readFloatLE(4), -2],
  ['fp16', 'F16', (bytes: Buffer) => bytes.readUInt16LE(2), 0xc000],
] as const)('%s is written as it is', (precision, type, second, expected) => {
  const tensors = tensorsOf(tableBytes(vectors, precision));
  expect([...tensors.keys()]).toEqual(['embeddings']);
  const { dtype, bytes } = tensors.get('embeddings') ?? { bytes: Buffer.alloc(8) };
  expect([dtype, second(bytes)]).toEqual([type, expected]);
});
