import { type Bags, weightedRows } from './bags.js';

/**
 * How far columns are evened: 0 leaves them, 1 makes texts differ as much along each. A quarter was best for similarity and nearly
 * so for search.
 */
const exponent = 0.25;

/**
 * Holds back the columns along which the vectors of texts, at length 1, are large: all texts share them, and what tells texts
 * from each other stands in the others.
 *
 * @param vectors [tokens × width]
 */
export function evenedColumns(bags: Bags, vectors: Float32Array, width: number): Float32Array {
  const texts = weightedRows(bags, vectors, width);
  const squares = new Float64Array(width);
  for (let row = 0; row < texts.length; row += width) {
    let length = 0;
    for (let c = 0; c < width; c++) {
      length += texts[row + c] ** 2;
    }
    for (let c = 0; c < width && length > 0; c++) {
      squares[c] += texts[row + c] ** 2 / length;
    }
  }
  const factors = squares.map((sum) => (sum > 0 ? (sum / bags.texts) ** (-exponent / 2) : 1));
  return vectors.map((value, i) => value * factors[i % width]);
}
