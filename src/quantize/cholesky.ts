/**
 * The upper triangular U with A⁻¹ = Uᵀ U, for a symmetric positive definite A [size × size].
 *
 * Turned by 180°, A has an ordinary factorisation L Lᵀ with a lower triangular L; turned back, L⁻¹ is U. So one
 * Cholesky factorisation and one triangular inverse do, and A⁻¹ is never formed.
 */
export function inverseFactor(matrix: Float64Array, size: number): Float32Array {
  const turned = matrix.toReversed();
  factorise(turned, size);
  const inverse = invertLower(turned, size);
  return Float32Array.from(inverse.reverse());
}

/** Cholesky–Banachiewicz in place: the lower triangle of `m` becomes L. What is above the diagonal is not used. */
function factorise(m: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j < i; j++) {
      const other = j * size;
      m[row + j] = (m[row + j] - dotOfRows(m, row, other, j)) / m[other + j];
    }
    m[row + i] = Math.sqrt(m[row + i] - dotOfRows(m, row, row, i));
  }
}

/** Σ m[a + k] m[b + k] for k < length. Four sums at a time keep the processor's adders busy. */
function dotOfRows(m: Float64Array, a: number, b: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let k = 0;
  for (; k + 4 <= length; k += 4) {
    sum0 += m[a + k] * m[b + k];
    sum1 += m[a + k + 1] * m[b + k + 1];
    sum2 += m[a + k + 2] * m[b + k + 2];
    sum3 += m[a + k + 3] * m[b + k + 3];
  }
  for (; k < length; k++) {
    sum0 += m[a + k] * m[b + k];
  }
  return sum0 + sum1 + sum2 + sum3;
}

/** The inverse of a lower triangular matrix, row by row: rowᵢ = (eᵢ − Σ_k<i L_ik row_k) / L_ii. */
function invertLower(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let k = 0; k < i; k++) {
      const factor = lower[row + k];
      const other = k * size;
      for (let j = 0; j <= k; j++) {
        inverse[row + j] -= factor * inverse[other + j];
      }
    }
    const pivot = 1 / lower[row + i];
    for (let j = 0; j < i; j++) {
      inverse[row + j] *= pivot;
    }
    inverse[row + i] = pivot;
  }
  return inverse;
}
