import { expect, test } from 'vitest';
import { npyBytes, npyHeader, npyHeaderBytes, npyTypes } from './npy.js';

test('a matrix is a NumPy file: mark, version, length of the header, header, numbers', () => {
  const whole = Float32Array.of(9, 1, -2, 3e-7, 4, 5, 6, 9);
  const bytes = Buffer.from(npyBytes({ data: whole.subarray(1, 7), rows: 3, columns: 2 }));
  expect(bytes.toString('latin1', 0, 6)).toBe('\x93NUMPY');
  expect([bytes[6], bytes[7], bytes.readUInt16LE(8)]).toEqual([1, 0, npyHeaderBytes - 10]);
  const header = bytes.toString('latin1', 10, npyHeaderBytes);
  expect(header.trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }");
  expect(header.endsWith(' \n')).toBe(true);
  expect(bytes).toHaveLength(npyHeaderBytes + 24);
  expect(Array.from({ length: 6 }, (_, i) => bytes.readFloatLE(npyHeaderBytes + 4 * i))).toEqual(
    Array.from(whole.subarray(1, 7)),
  );
});

test('every header has the same length, of whole 64s, whatever the number of rows', () => {
  for (const rows of [0, 1, Number.MAX_SAFE_INTEGER]) {
    for (const { name } of Object.values(npyTypes)) {
      const header = Buffer.from(npyHeader(name, rows, 65_536));
      expect(header).toHaveLength(npyHeaderBytes);
      expect(header.toString('latin1')).toContain(`'shape': (${rows}, 65536), }`);
    }
  }
  expect(npyHeaderBytes % 64).toBe(0);
});

test('types are as wide as their names say', () => {
  for (const { name, bytes } of Object.values(npyTypes)) {
    expect(Number(name.at(-1))).toBe(bytes);
  }
});
