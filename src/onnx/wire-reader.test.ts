import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesField, concat, fixed32Field, fixed64Field, varint, varintField } from '../../test/support/protobuf.js';
import { WireError, WireReader } from './wire-reader.js';

const reader = (...parts: readonly (Uint8Array | readonly number[])[]) => new WireReader(concat(...parts));
const end = (wire: WireReader) => wire.bytes.length;

describe('numbers', () => {
  test('come back as they were written, whatever their length, and the position stands behind them', () => {
    const number = fc.record({
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      bytes: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(number, { maxLength: 8 }), (numbers) => {
        const wire = reader(...numbers.map(({ value, bytes }) => varint(value, bytes)));
        expect(numbers.map(() => wire.int64(end(wire)))).toEqual(numbers.map(({ value }) => value));
        expect(wire.position).toBe(end(wire));
      }),
    );
  });

  test.each([
    [2n ** 53n - 1n, 2 ** 53 - 1],
    [-(2n ** 53n) + 1n, -(2 ** 53) + 1],
    [-1n, -1],
    [-(2n ** 32n), -(2 ** 32)],
    [2n ** 31n, 2 ** 31],
    [0n, 0],
  ])('integer %s', (value, expected) => {
    const wire = reader(varint(value));
    expect(wire.integer(end(wire), 'dims')).toBe(expected);
  });

  test.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])(
    'integer %s is too large, and is named',
    (value) => {
      const wire = reader(varint(value));
      expect(() => wire.integer(end(wire), 'dims')).toThrow(`dims is ${value}, beyond all measure`);
    },
  );

  test('tags and lengths have 32 bits', () => {
    const wire = reader(varint(2n ** 32n - 1n), varint(5, 10));
    expect([wire.uint32(end(wire)), wire.uint32(end(wire))]).toEqual([2 ** 32 - 1, 5]);
    const large = reader(varint(2n ** 32n));
    expect(() => large.uint32(end(large))).toThrow('a tag or length of 4294967296');
    const negative = reader(varint(-1));
    expect(() => negative.uint32(end(negative))).toThrow('a tag or length of -1');
  });

  test('have ten bytes at most, and do not run over the end of their message', () => {
    const long = reader(new Array(10).fill(0x80), [1]);
    expect(() => long.int64(end(long))).toThrow('a number of more than 10 bytes');
    for (const bytes of [[], [0x80], [0xff, 0xff]]) {
      const cut = reader(bytes);
      expect(() => cut.uint32(end(cut))).toThrow(WireError);
      const inside = reader(bytes, [0x01]);
      expect(() => inside.int64(bytes.length)).toThrow('a number that does not end');
    }
  });

  test('of a single byte behind the end are not read', () => {
    const wire = reader([5]);
    expect(() => wire.uint32(0)).toThrow('a number that does not end');
  });

  test('floats take four bytes, little-endian, at any place', () => {
    const wire = reader([0], [0, 0, 0x80, 0x3f], [0, 0, 0xc0, 0x7f]);
    wire.position = 1;
    expect(wire.float(end(wire))).toBe(1);
    expect(wire.float(end(wire))).toBeNaN();
    expect(() => wire.float(end(wire))).toThrow('4 bytes expected, 0 left');
  });
});

describe('text', () => {
  test.each(['', 'plain', 'größer', '日本語', '\ufeffwith a mark', '\0', '👩‍👩‍👧'])('%j', (text) => {
    const bytes = Buffer.from(text);
    const wire = reader([0x7f], bytes, [0x7f]);
    wire.position = 1;
    expect(wire.text(1 + bytes.length)).toBe(text);
    expect(wire.position).toBe(1 + bytes.length);
  });

  test.each([
    ['a byte that cannot be', [0x61, 0xff]],
    ['half a letter', [0xc3]],
    ['a half of a pair', [0xed, 0xa0, 0x80]],
    ['a letter that is longer than it need be', [0xc0, 0xaf]],
  ])('is none with %s, and the position stands behind it', (_, bytes) => {
    const wire = reader(bytes, [0x61]);
    expect(wire.text(bytes.length)).toBeUndefined();
    expect(wire.position).toBe(bytes.length);
  });
});

describe('what is not known', () => {
  test.each([
    ['a number', varintField(3, -1)],
    ['eight bytes', fixed64Field(3, 1.5)],
    ['text', bytesField(3, 'größer')],
    ['nothing', bytesField(3, '')],
    ['four bytes', fixed32Field(3, 1.5)],
  ])('is passed over: %s', (_, field) => {
    const wire = reader(field, [1]);
    wire.skip(wire.uint32(end(wire)), end(wire));
    expect(wire.position).toBe(field.length);
    const cut = reader(field.subarray(0, -1));
    const skipped = () => cut.skip(cut.uint32(end(cut)), end(cut));
    expect(skipped).toThrow(WireError);
  });

  test.each([3, 4, 6, 7])('is an error in wire type %i', (type) => {
    const wire = reader([0]);
    expect(() => wire.skip(8 + type, 1)).toThrow(`wire type ${type}, which no ONNX field has`);
  });

  test('a length beyond the message is told with what is left', () => {
    const wire = reader([100, 1, 2]);
    expect(() => wire.stop(end(wire))).toThrow('100 bytes expected, 2 left');
    wire.position = 1;
    expect([...wire.take(2, 3)]).toEqual([1, 2]);
    expect(() => wire.take(1, 3)).toThrow('1 bytes expected, 0 left');
  });
});

test('a reader of a part of a buffer sees that part alone', () => {
  const whole = concat([9, 9, 9], bytesField(1, 'abc'), fixed32Field(2, 2), [9]);
  const wire = new WireReader(whole.subarray(3, whole.length - 1));
  expect(wire.uint32(end(wire))).toBe(10);
  expect(wire.text(wire.stop(end(wire)))).toBe('abc');
  expect(wire.uint32(end(wire))).toBe(21);
  expect(wire.float(end(wire))).toBe(2);
  expect(wire.position).toBe(end(wire));
});
