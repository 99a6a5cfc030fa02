import { type BlockMatrix, blocksIn } from '../../src/quantize/block-matrix.js';

/** Returns the values that the codes stand for, [rows × columns]. */
export function dequantizeBlocks({ rows, columns, scheme, codes, scales, zeroPoints }: BlockMatrix): Float32Array {
  const result = new Float32Array(rows * columns);
  const blocks = blocksIn(columns, scheme);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * blocks + Math.floor(column / scheme.blockSize);
      const code = codes[at * scheme.blockSize + (column % scheme.blockSize)];
      result[row * columns + column] = (code - zeroPoints[at]) * scales[at];
    }
  }
  return result;
}
