/** A tensor to be written. */
export interface NewTensor {
  readonly name: string;
  /** As safetensors calls it: "F32", "F16", "I8", "I64". */
  readonly type: string;
  readonly dims: readonly number[];
  /** Its numbers, row by row, in the bytes that `type` says. */
  readonly data: ArrayBufferView;
}

const alignment = 8;

/**
 * Returns the bytes of a safetensors file: other programs find each tensor at a multiple of 8 if they come by falling
 * size of number.
 */
export function safetensorsBytes(
  tensors: readonly NewTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  let position = 0;
  const entries = tensors.map(({ name, type, dims, data }) => {
    const start = position;
    position += data.byteLength;
    return [name, { dtype: type, shape: dims, data_offsets: [start, position] }] as const;
  });
  const described = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const text = JSON.stringify({ ...described, ...Object.fromEntries(entries) });
  const header = Buffer.from(text.padEnd(text.length + (-Buffer.byteLength(text) & (alignment - 1))));
  const length = Buffer.alloc(alignment);
  length.writeBigUInt64LE(BigInt(header.length));
  const parts = tensors.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return Buffer.concat([length, header, ...parts]);
}
