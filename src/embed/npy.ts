import type { Matrix } from '../base/index.js';

/** A float32 matrix as a NumPy file, version 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
export function npyBytes({ data, rows, columns }: Matrix): Uint8Array {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // Magic, version and length take 10 bytes; the whole header is a multiple of 64 and ends a line.
  const length = Math.ceil((10 + description.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length, 8);
  header.write(description, 10, 'latin1');
  header[header.length - 1] = 0x0a;
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}
