/**
 * Returns the upper triangular U with A⁻¹ = Uᵀ U, for a symmetric positive definite A [size × size], which is
 * overwritten. Turned by 180°, A has an ordinary factorisation L Lᵀ with a lower triangular L; turned back, L⁻¹ is U.
 * So one Cholesky factorisation and one triangular inverse suffice, and A⁻¹ is never formed.
 */
export function inverseFactor(matrix: Float64Array, size: number): Float32Array {
  matrix.reverse();
  factorise(matrix, size);
  invertLower(matrix, size);
  return Float32Array.from(matrix.reverse());
}

/** Rows that are worked on at a time: what is loaded of one row then serves four. */
const rowsAtATime = 4;

/**
 * Factorises in place (Cholesky–Banachiewicz): the lower triangle of `m` becomes L. What is above the diagonal is not
 * used.
 */
function factorise(m: Float64Array, size: number): void {
  const sums = new Float64Array(rowsAtATime);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    let j = 0;
    for (; j + rowsAtATime <= i; j += rowsAtATime) {
      dotsOfRows(m, row, j * size, size, j, sums);
      for (let other = j; other < j + rowsAtATime; other++) {
        const sum = sums[other - j] + dotOfRows(m, row, other * size, j, other);
        m[row + other] = (m[row + other] - sum) / m[other * size + other];
      }
    }
    for (; j < i; j++) {
      m[row + j] = (m[row + j] - dotOfRows(m, row, j * size, 0, j)) / m[j * size + j];
    }
    m[row + i] = Math.sqrt(m[row + i] - dotOfRows(m, row, row, 0, i));
  }
}

/** Returns Σ m[a + k] m[b + k] for start ≤ k < end. */
function dotOfRows(m: Float64Array, a: number, b: number, start: number, end: number): number {
  let sum = 0;
  for (let k = start; k < end; k++) {
    sum += m[a + k] * m[b + k];
  }
  return sum;
}

/** Returns Σ_k<length m[row + k] m[other + k] for four rows from `first`. */
function dotsOfRows(
  m: Float64Array,
  row: number,
  first: number,
  size: number,
  length: number,
  sums: Float64Array,
): void {
  const second = first + size;
  const third = second + size;
  const fourth = third + size;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let k = 0; k < length; k++) {
    const value = m[row + k];
    sum0 += value * m[first + k];
    sum1 += value * m[second + k];
    sum2 += value * m[third + k];
    sum3 += value * m[fourth + k];
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}

/**
 * Inverts a lower triangular matrix in place: rowᵢ = (eᵢ − Σ_k<i L_ik row_k) / L_ii. What is above the diagonal becomes
 * 0.
 */
function invertLower(m: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    const factors = m.slice(row, row + i);
    const pivot = 1 / m[row + i];
    m.fill(0, row, row + size);
    let k = 0;
    for (; k + rowsAtATime <= i; k += rowsAtATime) {
      takeOffRows(m, row, k * size, size, k + rowsAtATime, factors, k);
    }
    for (; k < i; k++) {
      for (let j = 0; j <= k; j++) {
        m[row + j] -= factors[k] * m[k * size + j];
      }
    }
    for (let j = 0; j < i; j++) {
      m[row + j] *= pivot;
    }
    m[row + i] = pivot;
  }
}

/**
 * Subtracts Σ factor · row from four rows from `first`, in their first `length` numbers; the factors stand from
 * `factor` on.
 */
function takeOffRows(
  m: Float64Array,
  row: number,
  first: number,
  size: number,
  length: number,
  factors: Float64Array,
  factor: number,
): void {
  const second = first + size;
  const third = second + size;
  const fourth = third + size;
  const factor0 = factors[factor];
  const factor1 = factors[factor + 1];
  const factor2 = factors[factor + 2];
  const factor3 = factors[factor + 3];
  for (let j = 0; j < length; j++) {
    m[row + j] -= factor0 * m[first + j] + factor1 * m[second + j] + (factor2 * m[third + j] + factor3 * m[fourth + j]);
  }
}
