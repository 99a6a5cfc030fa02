import { bytesOf } from '../base/index.js';
import type { Matrix } from '../numbers/index.js';
import type { VectorType } from './quantize-vectors.js';

/** Bytes of every header, whatever the number of rows: it can be written when they are known. */
export const npyHeaderBytes = 128;

/** NumPy's names of the types that vectors are stored in. */
export const npyTypes: Readonly<Record<VectorType, { readonly name: string; readonly bytes: number }>> = {
  float32: { name: '<f4', bytes: 4 },
  int8: { name: '|i1', bytes: 1 },
  uint8: { name: '|u1', bytes: 1 },
  binary: { name: '|i1', bytes: 1 },
  ubinary: { name: '|u1', bytes: 1 },
};

/**
 * Writes a float32 matrix as a NumPy file, version 1.0
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
export function npyBytes({ data, rows, columns }: Matrix): Uint8Array {
  const header = npyHeader(npyTypes.float32.name, rows, columns);
  return Buffer.concat([header, bytesOf(data)]);
}

/** Writes the header of a NumPy file, which stands before the matrix's numbers. */
export function npyHeader(type: string, rows: number, columns: number): Uint8Array {
  const description = `{'descr': '${type}', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = Buffer.alloc(npyHeaderBytes, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(npyHeaderBytes - 10, 8);
  header.write(description, 10, 'latin1');
  header[header.length - 1] = 0x0a;
  return header;
}
