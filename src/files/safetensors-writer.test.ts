import { describe, expect, test } from 'vitest';
import { safetensorsBytes } from './safetensors-bytes.js';
import type { StoredTensor } from './safetensors-file.js';
import { safetensorsPieces, type TensorSource, tensorView } from './safetensors-writer.js';

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Reads the header as the format says: its length in eight bytes, then JSON. */
function opened(file: Uint8Array) {
  const bytes = Buffer.from(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, Entry>;
  return { bytes, start, header };
}

const written = (tensors: readonly TensorSource[]) => opened(Buffer.concat([...safetensorsPieces(tensors)]));

describe('a file that is written piece by piece', () => {
  test('begins its data at a multiple of 64, wide numbers before narrow ones', () => {
    const { start, header, bytes } = written([
      { name: 'bytes', type: 'I8', dims: [3], parts: [Int8Array.of(-1, 2, 3)] },
      { name: 'é "quoted"', type: 'F64', dims: [1, 1], parts: [Float64Array.of(0.5)] },
      { name: 'floats', type: 'F32', dims: [2], parts: [Float32Array.of(1), Float32Array.of(2)] },
    ]);
    expect(start % 64).toBe(0);
    expect(header).toEqual({
      'é "quoted"': { dtype: 'F64', shape: [1, 1], data_offsets: [0, 8] },
      floats: { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
      bytes: { dtype: 'I8', shape: [3], data_offsets: [16, 19] },
    });
    expect(bytes.readDoubleLE(start)).toBe(0.5);
    expect([bytes.readFloatLE(start + 8), bytes.readFloatLE(start + 12)]).toEqual([1, 2]);
    expect(bytes.readInt8(start + 16)).toBe(-1);
    expect(bytes).toHaveLength(start + 19);
  });

  test('keeps the order of tensors of one width', () => {
    const tensor = (name: string, type: 'F32' | 'I32' | 'U32') => ({ name, type, dims: [0], parts: [] });
    const { header } = written([tensor('b', 'F32'), tensor('a', 'I32'), tensor('c', 'U32')]);
    expect(Object.keys(header)).toEqual(['b', 'a', 'c']);
  });

  test('writes of a view only what it shows, and a scalar as one number', () => {
    const whole = Float32Array.of(9, 1, 9);
    const { bytes, start } = written([{ name: 'x', type: 'F32', dims: [], parts: [whole.subarray(1, 2)] }]);
    expect([bytes.length - start, bytes.readFloatLE(start)]).toEqual([4, 1]);
  });

  test('may hold nothing', () => {
    expect(written([]).header).toEqual({});
  });
});

test('a tensor is seen in the bytes of its file, without a copy', () => {
  const bytes = new ArrayBuffer(16);
  new Float32Array(bytes).set([1, 2, 3, 4]);
  const view = tensorView(bytes, { offset: 4, bytes: 8 } as StoredTensor, 'F32');
  expect(view).toEqual(Float32Array.of(2, 3));
  expect(view.buffer).toBe(bytes);
  expect(tensorView(bytes, { offset: 0, bytes: 0 } as StoredTensor, 'I32')).toHaveLength(0);
});

describe('a file that is written at once', () => {
  test('holds tensors in their order, and a header that fills whole eights', () => {
    for (const name of ['a', 'ab', 'abc', 'é', '😀', 'x'.repeat(9)]) {
      const file = safetensorsBytes([
        { name, type: 'F16', dims: [1], data: Uint16Array.of(0x3c00) },
        { name: 'second', type: 'I64', dims: [], data: BigInt64Array.of(-5n) },
      ]);
      const { start, header, bytes } = opened(file);
      expect(start % 8).toBe(0);
      expect(header).toEqual({
        [name]: { dtype: 'F16', shape: [1], data_offsets: [0, 2] },
        second: { dtype: 'I64', shape: [], data_offsets: [2, 10] },
      });
      expect([bytes.readUInt16LE(start), bytes.readBigInt64LE(start + 2)]).toEqual([0x3c00, -5n]);
    }
  });

  test('may carry metadata, and does not mention that there is none', () => {
    expect(opened(safetensorsBytes([], { format: 'pt' })).header).toEqual({ __metadata__: { format: 'pt' } });
    expect(opened(safetensorsBytes([])).header).toEqual({});
  });
});
