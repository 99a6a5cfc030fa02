/** Functions of one number that models are made of. */

/** Returns the error function by its power series, to 2e-8: beyond 4 it is ±1 to that precision. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 4) {
    return Math.sign(x);
  }
  let sum = magnitude;
  let term = magnitude;
  for (let n = 1; Math.abs(term) > 1e-17 && n < 200; n++) {
    term *= (-magnitude * magnitude) / n;
    sum += term / (2 * n + 1);
  }
  return (Math.sign(x) * sum * 2) / Math.sqrt(Math.PI);
}

/** Returns 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Activations of feed-forward networks. */
export const activations = {
  gelu: (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  relu: (x: number) => Math.max(x, 0),
  silu: (x: number) => x * sigmoid(x),
} as const;
