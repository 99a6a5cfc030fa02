import type { Matrix } from './matrix.js';

/** Packs the signs of a row's numbers into bits, [rows × ⌈columns / 8⌉]: 1 above 0, the first in the highest bit. */
export function signBits({ data, rows, columns }: Matrix): Uint8Array {
  const bytes = Math.ceil(columns / 8);
  const bits = new Uint8Array(rows * bytes);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      if (data[row * columns + i] > 0) {
        bits[row * bytes + (i >>> 3)] |= 0x80 >>> (i & 7);
      }
    }
  }
  return bits;
}
