import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuClock } from '../../test/support/cpu-time.js';
import { concat, varint } from '../../test/support/protobuf.js';
import { putVarint, signed64, varintSize, varintWords } from './varint.js';

const edges = [
  0n,
  1n,
  127n,
  128n,
  2n ** 28n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 35n,
  2n ** 53n,
  2n ** 63n - 1n,
];
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(...edges, ...edges.map((edge) => -edge), -(2n ** 63n)),
);

function written(value: number | bigint): Uint8Array {
  const target = new Uint8Array(10);
  return target.subarray(0, putVarint(target, 0, value));
}

describe('varints', () => {
  test('are written as bigints would be, whether they come as bigints or as numbers', () => {
    fc.assert(
      fc.property(int64, (value) => {
        expect(written(value)).toEqual(varint(value));
        expect(varintSize(value)).toBe(varint(value).length);
        if (Number.isSafeInteger(Number(value))) {
          expect(written(Number(value))).toEqual(varint(value));
          expect(varintSize(Number(value))).toBe(varint(value).length);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('come back from packed fields as 64-bit numbers, longer than they need be or not', () => {
    const withLength = fc.record({ value: int64, bytes: fc.integer({ min: 1, max: 10 }) });
    fc.assert(
      fc.property(fc.array(withLength), (numbers) => {
        const packed = concat(...numbers.map(({ value, bytes }) => varint(value, bytes)));
        const words = varintWords(packed, 2) as Uint32Array;
        expect([...new BigInt64Array(words.buffer)]).toEqual(numbers.map(({ value }) => value));
        const lower = [...(varintWords(packed, 1) as Uint32Array)];
        expect(lower).toEqual(numbers.map(({ value }) => Number(BigInt.asUintN(32, value))));
      }),
    );
  });

  test('that do not end, or end after ten bytes, are none', () => {
    expect(varintWords(Uint8Array.of(1, 0x80), 1)).toBeUndefined();
    expect(varintWords(new Uint8Array(11).fill(0x80).fill(1, 10), 1)).toBeUndefined();
    expect(varintWords(new Uint8Array(10).fill(0x80).fill(1, 9), 1)).toEqual(Uint32Array.of(0));
  });

  test('a run of a hundred million bytes without an end costs no more than reading it', () => {
    const bytes = new Uint8Array(1e8).fill(0x80);
    bytes[bytes.length - 1] = 0;
    const cpuMs = cpuClock();
    expect(varintWords(bytes, 2)).toBeUndefined();
    expect(cpuMs()).toBeLessThan(5000);
  });

  test('halves make signed numbers', () => {
    expect(signed64(0xffffffff, 0xffffffff)).toBe(-1n);
    expect(signed64(5, 0)).toBe(5n);
    expect(signed64(0, 0x80000000)).toBe(-(2n ** 63n));
  });
});
