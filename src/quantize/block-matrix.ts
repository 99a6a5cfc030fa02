import { type BlockScheme, encodeBlock, fitBlock } from './block-scheme.js';

/** A matrix [rows × columns] whose rows are quantized in blocks. */
export interface BlockMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly scheme: BlockScheme;
  /** [rows × blocks · blockSize]: one code a byte; the last block of a row is filled with its zero point. */
  readonly codes: Uint8Array;
  /** [rows × blocks] */
  readonly scales: Float32Array;
  /** [rows × blocks]; the middle of the range where the scheme is symmetric. */
  readonly zeroPoints: Uint8Array;
}

/** Counts the blocks in a row. */
export function blocksIn(columns: number, scheme: BlockScheme): number {
  return Math.ceil(columns / scheme.blockSize);
}

/** Quantizes the rows of a matrix [rows × columns]. */
export function quantizeBlocks(matrix: Float32Array, rows: number, columns: number, scheme: BlockScheme): BlockMatrix {
  const result = emptyBlockMatrix(rows, columns, scheme);
  const { blockSize } = scheme;
  const blocks = blocksIn(columns, scheme);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * columns + block * blockSize;
      const count = Math.min(blockSize, columns - block * blockSize);
      const values = matrix.subarray(start, start + count);
      const fit = fitBlock(values, count, scheme);
      const at = row * blocks + block;
      result.scales[at] = fit.scale;
      result.zeroPoints[at] = fit.zeroPoint;
      encodeBlock(values, fit, scheme.bits, result.codes, at * blockSize);
      result.codes.fill(fit.zeroPoint, at * blockSize + count, (at + 1) * blockSize);
    }
  }
  return result;
}

/** Makes a matrix of blocks, filled with zeros. */
export function emptyBlockMatrix(rows: number, columns: number, scheme: BlockScheme): BlockMatrix {
  const blocks = blocksIn(columns, scheme);
  return {
    rows,
    columns,
    scheme,
    codes: new Uint8Array(rows * blocks * scheme.blockSize),
    scales: new Float32Array(rows * blocks),
    zeroPoints: new Uint8Array(rows * blocks),
  };
}

/**
 * Packs codes: those of 8 bits as they are, those of 4 bits two a byte, the first in the low half. Each of `rows` rows
 * begins a byte.
 */
export function packCodes(codes: Uint8Array, rows: number, bits: 4 | 8): Uint8Array {
  if (bits === 8) {
    return codes;
  }
  const length = codes.length / rows;
  const packedLength = Math.ceil(length / 2);
  const packed = new Uint8Array(rows * packedLength);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) {
      packed[row * packedLength + (i >> 1)] |= codes[row * length + i] << (i % 2 === 0 ? 0 : 4);
    }
  }
  return packed;
}
