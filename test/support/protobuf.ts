/** Protocol buffers by hand, byte for byte and apart from octavec's own encoder, so that tests can hold one to the other. */

/** A varint of a 64-bit number; `bytes` makes it longer than it need be. */
export function varint(value: number | bigint, bytes = 1): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    out.push(Number(rest & 0x7fn));
    rest >>= 7n;
  } while (rest > 0n || out.length < bytes);
  return Uint8Array.from(out, (group, i) => (i < out.length - 1 ? group | 0x80 : group));
}

export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : Uint8Array.from(part)))),
  );
}

/** A field with its tag: wire types 0, 1, 2 and 5. */
export function varintField(number: number, value: number | bigint): Uint8Array {
  return concat(varint(number * 8), varint(value));
}

export function fixed64Field(number: number, value: number): Uint8Array {
  return concat(varint(number * 8 + 1), new Uint8Array(Float64Array.of(value).buffer));
}

export function fixed32Field(number: number, value: number): Uint8Array {
  return concat(varint(number * 8 + 5), new Uint8Array(Float32Array.of(value).buffer));
}

export function bytesField(number: number, content: string | Uint8Array): Uint8Array {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return concat(varint(number * 8 + 2), varint(bytes.length), bytes);
}

/** A message within a message. */
export function messageField(number: number, ...fields: readonly Uint8Array[]): Uint8Array {
  return bytesField(number, concat(...fields));
}

/** The fields that a ModelProto needs beside its graph: IR version 10, opset 21. */
export const modelFrame = concat(varintField(1, 10), messageField(8, varintField(2, 21)));

/** A graph around other fields that is a model by itself: its input "x" is its output. */
export function modelWith(...graphFields: readonly Uint8Array[]): Uint8Array {
  const x = bytesField(1, 'x');
  return concat(modelFrame, messageField(7, ...graphFields, messageField(11, x), messageField(12, x)));
}
