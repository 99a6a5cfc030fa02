import { OctavecError } from '../base/index.js';
import type { Matrix } from '../numbers/index.js';
import { norm } from '../numbers/index.js';

/** What is left of the difference between two directions by rounding alone. */
const leastDifference = 1e-5;

/**
 * Refuses vectors that all point the same way, or the opposite way: they say nothing of their texts, and every
 * candidate would be found faithful to them. Scores of rerankers are such vectors, of one number each.
 *
 * @throws NOT_COMPARABLE
 */
export function refuseEqualVectors({ data, rows, columns }: Matrix): void {
  const first = data.subarray(0, columns);
  const firstLength = norm(first);
  for (let row = 1; row < rows; row++) {
    const vector = data.subarray(row * columns, (row + 1) * columns);
    const length = norm(vector);
    const distance = (sign: number) =>
      Math.sqrt(vector.reduce((sum, value, i) => sum + (value / length - (sign * first[i]) / firstLength) ** 2, 0));
    // Not a number where a vector has no length or is not finite: that is told elsewhere.
    if (!(Math.min(distance(1), distance(-1)) < leastDifference)) {
      return;
    }
  }
  const why = `the original gives one and the same vector (but for its length) for all of ${rows} texts, which proves nothing`;
  throw new OctavecError('NOT_COMPARABLE', {
    why,
    hint: 'Is it an embedding model? "octavec inspect" shows its outputs, and --output names another one.',
  });
}
