import { OctavecError } from '../base/index.js';
import { type Matrix, normalizeInPlace } from '../numbers/index.js';

/**
 * Keeps the first `dimensions` numbers of every vector, which models trained for it allow (Matryoshka representation
 * learning, arXiv:2205.13147).
 *
 * @param normalize scale the shorter vectors to length 1 again
 * @throws USAGE if there are not as many dimensions
 */
export function shortenVectors({ data, rows, columns }: Matrix, dimensions: number, normalize: boolean): Float32Array {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > columns) {
    throw new OctavecError('USAGE', {
      problem: `${dimensions} dimensions are asked for, and the model gives vectors of ${columns}`,
      hint: `Ask for 1 to ${columns}.`,
    });
  }
  if (dimensions === columns) {
    return data;
  }
  const shorter = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    const vector = shorter.subarray(row * dimensions, (row + 1) * dimensions);
    vector.set(data.subarray(row * columns, row * columns + dimensions));
    if (normalize) {
      normalizeInPlace(vector);
    }
  }
  return shorter;
}
