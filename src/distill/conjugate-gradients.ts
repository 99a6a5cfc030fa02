import { type Bags, transposed, weightedRows } from './bags.js';

/** A least-squares fit that is held near to where it starts. */
export interface RidgeProblem {
  readonly bags: Bags;
  /** [texts × width] what the bags should give. */
  readonly targets: Float32Array;
  /** [tokens × width] */
  readonly start: Float32Array;
  readonly width: number;
  /** How much a distance from the start counts beside a distance from the targets. */
  readonly ridge: number;
  readonly steps: number;
}

/**
 * Finds the token vectors X with the least Σ ‖b X − y‖² + ridge · Σ ‖x − start‖², by conjugate gradients with the
 * diagonal as preconditioner (M. R. Hestenes and E. Stiefel, 1952). The columns are problems of their own, each with
 * its own step lengths, so that they can be shared out among threads. Tokens that no text has stay where they start.
 */
export function ridgeFit({ bags, targets, start, width, ridge, steps }: RidgeProblem): Float32Array {
  const back = transposed(bags);
  const inverse = inverseDiagonal(back, ridge);
  const x = start.slice();
  const fitted = weightedRows(bags, x, width);
  const residual = weightedRows(
    back,
    targets.map((value, i) => value - fitted[i]),
    width,
  );
  const scaled = scaledRows(residual, inverse, width);
  const direction = scaled.slice();
  let energy = columnProducts(residual, scaled, width);
  for (let step = 0; step < steps; step++) {
    const image = weightedRows(back, weightedRows(bags, direction, width), width);
    for (let i = 0; i < image.length; i++) {
      image[i] += ridge * direction[i];
    }
    const length = quotients(energy, columnProducts(direction, image, width));
    move(x, direction, length, 1);
    move(residual, image, length, -1);
    const next = scaledRows(residual, inverse, width);
    const nextEnergy = columnProducts(residual, next, width);
    const share = quotients(nextEnergy, energy);
    for (let i = 0, c = 0; i < direction.length; i++) {
      direction[i] = next[i] + share[c] * direction[i];
      c = c + 1 === width ? 0 : c + 1;
    }
    energy = nextEnergy;
  }
  return x;
}

/** Returns 1 / (squared shares of a token + ridge) for each token. */
function inverseDiagonal({ texts: tokens, starts, shares }: Bags, ridge: number): Float32Array {
  return Float32Array.from({ length: tokens }, (_, token) => {
    let sum = ridge;
    for (let i = starts[token]; i < starts[token + 1]; i++) {
      sum += shares[i] * shares[i];
    }
    return 1 / sum;
  });
}

function scaledRows(values: Float32Array, factors: Float32Array, width: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < factors.length; row++) {
    for (let i = row * width; i < (row + 1) * width; i++) {
      out[i] = values[i] * factors[row];
    }
  }
  return out;
}

function columnProducts(a: Float32Array, b: Float32Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let row = 0; row < a.length; row += width) {
    for (let c = 0; c < width; c++) {
      sums[c] += a[row + c] * b[row + c];
    }
  }
  return sums;
}

/** Divides column by column; 0 where a column is solved already. */
function quotients(above: Float64Array, below: Float64Array): Float64Array {
  return above.map((value, c) => (below[c] > 0 ? value / below[c] : 0));
}

function move(values: Float32Array, direction: Float32Array, lengths: Float64Array, sign: 1 | -1): void {
  const width = lengths.length;
  for (let row = 0; row < values.length; row += width) {
    for (let c = 0; c < width; c++) {
      values[row + c] += sign * lengths[c] * direction[row + c];
    }
  }
}
