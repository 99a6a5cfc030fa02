/** Small vector arithmetic on float32 data, accumulated in double precision. */

/** Returns the dot product of two vectors of the same length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

/** Returns the Euclidean length. */
export function norm(a: Float32Array): number {
  return Math.sqrt(dot(a, a));
}

/** Returns the cosine of the angle between two vectors; 0 if one of them has no length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  const lengths = norm(a) * norm(b);
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}

/** Scales a vector to length 1 in place; a vector without length stays as it is (as torch's normalize with eps 1e-12). */
export function normalizeInPlace(a: Float32Array): Float32Array {
  const scale = 1 / Math.max(norm(a), 1e-12);
  for (let i = 0; i < a.length; i++) {
    a[i] *= scale;
  }
  return a;
}
