import type { StoredTensor } from './safetensors-file.js';

/** A tensor that is written piece by piece. */
export interface TensorSource {
  readonly name: string;
  /** As safetensors calls it. */
  readonly type: 'F32' | 'F64' | 'I8' | 'U8' | 'I32' | 'U32';
  readonly dims: readonly number[];
  /** Row by row; together as many bytes as type and sizes say. */
  readonly parts: Iterable<ArrayBufferView>;
}

const elementBytes: Readonly<Record<TensorSource['type'], number>> = { F64: 8, F32: 4, I32: 4, U32: 4, I8: 1, U8: 1 };

/** Where the data begin: a multiple of what vector instructions read at once. */
const alignment = 64;

/**
 * Returns the bytes of a safetensors file, piece by piece. Wide numbers stand before narrow ones, so that all are
 * aligned where the file is mapped into memory.
 */
export function* safetensorsPieces(tensors: readonly TensorSource[]): Generator<Uint8Array, void, undefined> {
  const ordered = [...tensors].sort((a, b) => elementBytes[b.type] - elementBytes[a.type]);
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const { name, type, dims } of ordered) {
    const begin = end;
    end += dims.reduce((product, size) => product * size, elementBytes[type]);
    header[name] = { dtype: type, shape: dims, data_offsets: [begin, end] };
  }
  const json = JSON.stringify(header);
  const length = Math.ceil((8 + Buffer.byteLength(json)) / alignment) * alignment - 8;
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  head.write(json, 8);
  yield head;
  for (const { parts } of ordered) {
    for (const { buffer, byteOffset, byteLength } of parts) {
      yield new Uint8Array(buffer, byteOffset, byteLength);
    }
  }
}

const arrays = {
  F32: Float32Array,
  F64: Float64Array,
  I8: Int8Array,
  U8: Uint8Array,
  I32: Int32Array,
  U32: Uint32Array,
} as const;

/** Returns the numbers of a tensor as a view of its file's bytes. */
export function tensorView<Type extends TensorSource['type']>(
  bytes: ArrayBuffer,
  tensor: StoredTensor,
  type: Type,
): InstanceType<(typeof arrays)[Type]> {
  const { [type]: Numbers } = arrays;
  return new Numbers(bytes, tensor.offset, tensor.bytes / elementBytes[type]) as InstanceType<(typeof arrays)[Type]>;
}
