import { describe, expect, test } from 'vitest';
import {
  bytesField,
  concat,
  fixed32Field,
  fixed64Field,
  messageField,
  modelFrame,
  varint,
  varintField,
} from '../../test/support/protobuf.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import type { AttributeProto, ModelProto, TensorProto } from './messages.js';

const decode = (...fields: Uint8Array[]) => decodeModel(concat(...fields), 'test.onnx');
const bytesOf = (model: ModelProto) => new Uint8Array(Buffer.concat(encodeModel(model)));

/** The model's only initializer, made of these fields. */
function tensorOf(...fields: Uint8Array[]): TensorProto {
  return decode(messageField(7, messageField(5, ...fields))).graph?.initializer[0] as TensorProto;
}

/** The only attribute of the only node. */
function attributeOf(...fields: Uint8Array[]): AttributeProto {
  return decode(messageField(7, messageField(1, messageField(5, ...fields)))).graph?.node[0]
    .attribute[0] as AttributeProto;
}

describe('values', () => {
  test('of an attribute: every kind of field', () => {
    const found = attributeOf(
      bytesField(1, 'name'),
      fixed32Field(2, 1.5),
      varintField(3, -7n),
      bytesField(4, Uint8Array.of(0, 255)),
      messageField(6, bytesField(2, 'inner graph')),
      varintField(20, 2),
    );
    expect(found).toMatchObject({ name: 'name', f: 1.5, i: -7n, type: 2 });
    expect(found.s).toEqual(Uint8Array.of(0, 255));
    expect(found.g?.name).toBe('inner graph');
  });

  test('that are absent are undefined, those that are 0 or empty are there', () => {
    const found = attributeOf(fixed32Field(2, 0), varintField(3, 0), bytesField(4, ''));
    expect(found).toMatchObject({ f: 0, i: 0n, s: new Uint8Array() });
    expect(found).not.toHaveProperty('name');
    expect(found.t).toBeUndefined();
    expect(found.ints).toEqual([]);
  });

  test.each([
    [0n, 1],
    [-1n, 10],
    [2n ** 63n - 1n, 9],
    [-(2n ** 63n), 10],
  ])('int64 %s', (value) => {
    expect(attributeOf(varintField(3, value)).i).toBe(value);
  });

  test('varints may be longer than they need be, but not than ten bytes', () => {
    const long = (bytes: number) => concat(varint(3 * 8), varint(5, bytes));
    expect(attributeOf(long(10)).i).toBe(5n);
    expect(() => attributeOf(long(11))).toThrow(/more than 10 bytes/);
  });

  test('repeated numbers come one by one, packed or mixed', () => {
    const packed = bytesField(8, concat(varint(2), varint(-3n)));
    expect(attributeOf(varintField(8, 1), packed, varintField(8, 4)).ints).toEqual([1n, 2n, -3n, 4n]);
    const floats = bytesField(7, new Uint8Array(Float32Array.of(1, 2).buffer));
    expect(attributeOf(fixed32Field(7, 0.5), floats).floats).toEqual([0.5, 1, 2]);
    expect(tensorOf(varintField(1, 2), bytesField(1, Uint8Array.of(3, 4))).dims).toEqual([2, 3, 4]);
  });

  test('of tensors keep their bytes, one by one or packed', () => {
    const pair = new Uint8Array(Float32Array.of(1, 2).buffer);
    expect(tensorOf(bytesField(4, pair)).floatData).toEqual(pair);
    expect(tensorOf(fixed32Field(4, 1), fixed32Field(4, 2)).floatData).toEqual(pair);
    expect(tensorOf(bytesField(4, pair), fixed32Field(4, 3)).floatData).toHaveLength(12);
    expect(tensorOf(varintField(5, 300), varintField(5, -1)).int32Data).toEqual(concat(varint(300), varint(-1)));
    const doubles = new Uint8Array(Float64Array.of(0.1, 0.2).buffer);
    expect(tensorOf(fixed64Field(10, 0.1), fixed64Field(10, 0.2)).doubleData).toEqual(doubles);
  });

  test('a million numbers one by one take linear time and stay right', () => {
    const ones = Array.from({ length: 1_000_000 }, () => [0x25, 0, 0, 128, 63]).flat();
    const data = tensorOf(Uint8Array.from(ones)).floatData as Uint8Array;
    expect(data).toHaveLength(4_000_000);
    expect(new Float32Array(data.slice().buffer).every((value) => value === 1)).toBe(true);
  }, 20_000);

  test('the last of several values of a single field counts, messages in pieces are merged', () => {
    expect(attributeOf(varintField(3, 1), varintField(3, 2)).i).toBe(2n);
    const merged = decode(
      messageField(7, bytesField(2, 'first'), messageField(1, bytesField(4, 'Add'))),
      messageField(7, bytesField(2, 'second'), messageField(1, bytesField(4, 'Mul'))),
    );
    expect(merged.graph?.name).toBe('second');
    expect(merged.graph?.node.map((node) => node.opType)).toEqual(['Add', 'Mul']);
  });

  test('text is UTF-8 with everything that it may hold', () => {
    const text = '\ufeffgrößer 日本 🙂\0';
    expect(attributeOf(bytesField(1, text)).name).toBe(text);
  });

  test('tensor data are views of the file, even when the file is a view itself', () => {
    const file = concat([1, 2, 3], modelFrame, messageField(7, messageField(5, bytesField(9, 'data'))));
    for (const view of [file.subarray(3), Buffer.from(file.buffer, 3)]) {
      const raw = decodeModel(view, 'x').graph?.initializer[0].rawData as Uint8Array;
      expect(raw.buffer).toBe(file.buffer);
      expect(Buffer.from(raw).toString()).toBe('data');
      expect(raw.constructor).toBe(Uint8Array);
    }
  });
});

describe('what the schema does not know survives', () => {
  const future = [
    varintField(999, -5n),
    fixed64Field(100, 1.25),
    bytesField(2 ** 28, 'future'),
    fixed32Field(101, 2.5),
  ];

  test('in every message, behind what it knows', () => {
    const unknown = concat(...future);
    const node = messageField(1, bytesField(4, 'Add'), unknown);
    const file = concat(modelFrame, messageField(7, node, unknown), unknown);
    // The frame has the opset before the graph, the encoder writes them by number.
    const expected = concat(varintField(1, 10), messageField(7, node, unknown), modelFrame.subarray(2), unknown);
    expect(bytesOf(decodeModel(file, 'x'))).toEqual(expected);
    expect(decodeModel(file, 'x').unknownFields).toHaveLength(4);
  });

  test('also a known field of a form that it cannot have', () => {
    const wrong = [bytesField(3, 'not a number'), varintField(1, 5), fixed64Field(5, 1)];
    const attribute = concat(...wrong);
    expect(attributeOf(attribute).i).toBeUndefined();
    const file = messageField(7, messageField(1, messageField(5, attribute)));
    expect(bytesOf(decode(file))).toEqual(file);
  });

  test('and documentation that is no UTF-8, while names must be', () => {
    const latin1 = Uint8Array.of(0x67, 0xf6, 0xdf);
    const file = messageField(7, bytesField(10, latin1));
    expect(decode(file).graph?.docString).toBeUndefined();
    expect(bytesOf(decode(file))).toEqual(file);
    expect(() => decode(messageField(7, bytesField(2, latin1)))).toThrow(/corrupt at graph .*name is not UTF-8/);
  });
});

describe('corrupt bytes', () => {
  test.each([
    ['a length beyond the end', concat(varint(7 * 8 + 2), varint(5), [1])],
    ['a length of 2 GB', concat(varint(7 * 8 + 2), varint(2 ** 31))],
    ['a length of 2^40', concat(varint(7 * 8 + 2), varint(2n ** 40n))],
    ['a negative length', concat(varint(7 * 8 + 2), varint(-1))],
    ['a part that is longer than the whole', messageField(7, concat(varint(8 + 2), varint(100)))],
    ['a number cut off', concat(varint(8), [0x80])],
    ['a float cut off', messageField(7, messageField(1, messageField(5, concat(varint(2 * 8 + 5), [1, 2]))))],
    ['packed floats cut off', messageField(7, messageField(1, messageField(5, bytesField(7, 'abc'))))],
    ['field number 0', varintField(0, 1)],
    ['a group', varint(50 * 8 + 3)],
    ['wire type 7', varint(50 * 8 + 7)],
    ['a dimension beyond 2^53', messageField(7, messageField(5, varintField(1, 2n ** 60n)))],
  ])('%s is ONNX_CORRUPT and says where', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(
      expect.objectContaining({ code: 'ONNX_CORRUPT', message: expect.stringMatching(/test\.onnx.*\(byte \d+\)/) }),
    );
  });

  test('the place is told by fields and indices', () => {
    const bad = messageField(1, messageField(5, varintField(0, 0)));
    expect(() => decode(messageField(7, messageField(1), bad))).toThrow('graph.node[1].attribute[0] (byte');
  });
});
