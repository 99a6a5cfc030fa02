import { readFileSync, writeFileSync } from 'node:fs';
import { floatsToHalves } from '#rooms/numbers';

export interface RawTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}
export type RawTensors = ReadonlyMap<string, RawTensor>;

/** All tensors of a safetensors file. */
export function readRawTensors(path: string): RawTensors {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    bytes.toString('utf8', 8, start),
  );
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from, to],
          },
        ]) => [name, { dtype, shape, data: Uint8Array.from(bytes.subarray(start + from, start + to)) }],
      ),
  );
}

export function writeRawTensors(path: string, tensors: RawTensors): void {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape, data }]) => {
    const begin = end;
    end += data.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path, Buffer.concat([length, header, ...[...tensors.values()].map(({ data }) => data)]));
}

/** F32 numbers as BF16, cut off. */
export function asBfloat16({ shape, data }: RawTensor): RawTensor {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  const halves = Uint16Array.from(words, (word) => word >>> 16);
  return { dtype: 'BF16', shape, data: new Uint8Array(halves.buffer) };
}

/** F32 numbers as F16. */
export function asFloat16({ shape, data }: RawTensor): RawTensor {
  const floats = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  return { dtype: 'F16', shape, data: new Uint8Array(floatsToHalves(floats).buffer) };
}
