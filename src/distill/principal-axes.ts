import type { Matrix } from '../numbers/index.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** The directions in which vectors differ most. */
export interface Axes {
  /** [columns]; zeros where nothing is subtracted. */
  readonly mean: Float64Array;
  /** [dimensions × columns] the directions, from the most important on. */
  readonly axes: Float64Array;
  readonly dimensions: number;
}

/** Rows whose products are summed while they are in the cache. */
const blockRows = 64;

/**
 * Finds the principal axes of vectors.
 *
 * @param centred subtract the mean first, as principal component analysis does
 */
export function principalAxes(vectors: Matrix, dimensions: number, centred: boolean): Axes {
  const { columns } = vectors;
  const mean = centred ? meanOf(vectors) : new Float64Array(columns);
  const { vectors: all } = symmetricEigen(moments(vectors, mean), columns);
  return { mean, axes: all.slice(0, dimensions * columns), dimensions };
}

/** Projects vectors onto axes: [rows × dimensions]. */
export function alongAxes({ data, rows, columns }: Matrix, { mean, axes, dimensions }: Axes): Matrix {
  const out = new Float32Array(rows * dimensions);
  const centred = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) {
      centred[c] = data[row * columns + c] - mean[c];
    }
    for (let d = 0; d < dimensions; d++) {
      out[row * dimensions + d] = product(axes, d * columns, centred);
    }
  }
  return { data: out, rows, columns: dimensions };
}

function product(axes: Float64Array, start: number, vector: Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = vector.length - (vector.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += axes[start + i] * vector[i];
    b += axes[start + i + 1] * vector[i + 1];
    c += axes[start + i + 2] * vector[i + 2];
    d += axes[start + i + 3] * vector[i + 3];
  }
  for (let i = whole; i < vector.length; i++) {
    a += axes[start + i] * vector[i];
  }
  return a + b + (c + d);
}

function meanOf({ data, rows, columns }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < columns; c++) {
      mean[c] += data[i * columns + c] / rows;
    }
  }
  return mean;
}

/** Averages the products of each two columns; the lower half of [columns × columns] is filled. */
function moments({ data, rows, columns }: Matrix, mean: Float64Array): Float64Array {
  const sums = new Float64Array(columns * columns);
  // [columns × block]: both factors of a product run along memory.
  const block = new Float64Array(columns * blockRows);
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    block.fill(0);
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < columns; c++) {
        block[c * blockRows + i] = data[(first + i) * columns + c] - mean[c];
      }
    }
    addProducts(sums, block, columns);
  }
  return sums.map((sum) => sum / Math.max(1, rows));
}

/** Adds the products of a block's columns, two by two, so that four sums share each load. */
function addProducts(sums: Float64Array, block: Float64Array, columns: number): void {
  for (let i = 0; i < columns; i += 2) {
    const [a, b] = [i * blockRows, Math.min(i + 1, columns - 1) * blockRows];
    for (let j = 0; j <= i; j += 2) {
      const [c, d] = [j * blockRows, Math.min(j + 1, columns - 1) * blockRows];
      let [ac, ad, bc, bd] = [0, 0, 0, 0];
      for (let k = 0; k < blockRows; k++) {
        const [w, x, y, z] = [block[a + k], block[b + k], block[c + k], block[d + k]];
        ac += w * y;
        ad += w * z;
        bc += x * y;
        bd += x * z;
      }
      sums[i * columns + j] += ac;
      if (j + 1 < columns) {
        sums[i * columns + j + 1] += ad;
      }
      if (i + 1 < columns) {
        sums[(i + 1) * columns + j] += bc;
        if (j + 1 < columns) {
          sums[(i + 1) * columns + j + 1] += bd;
        }
      }
    }
  }
}
