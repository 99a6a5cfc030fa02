import { type BlockMatrix, blocksIn, emptyBlockMatrix } from './block-matrix.js';
import { type BlockFit, type BlockScheme, encodeValue, fitBlock } from './block-scheme.js';
import { inverseFactor } from './cholesky.js';

/** Share of the mean of the Hessian's diagonal that is added to it, so that it can be inverted. */
const damping = 0.01;

/**
 * Returns the upper triangular U with H⁻¹ = Uᵀ U, where H is the Hessian of a layer's squared error: how inputs occur
 * together.
 *
 * @param gram Σ xᵀx of the layer's inputs, [inputs × inputs]
 */
export function gptqFactor(gram: Float32Array, inputs: number): Float32Array {
  return inverseFactor(damped(gram, inputs), inputs);
}

/**
 * Quantizes a matrix by GPTQ (Frantar et al., 2022, https://arxiv.org/abs/2210.17323): inputs are quantized one after
 * the other, and the error that each leaves is made up for by the inputs that follow, with regard to how the inputs
 * occur together. Blocks are fitted when their turn comes, on weights that carry the errors so far.
 *
 * @param weight [outputs × inputs]
 * @param factor see {@link gptqFactor}
 */
export function gptq(
  weight: Float32Array,
  outputs: number,
  inputs: number,
  factor: Float32Array,
  scheme: BlockScheme,
): BlockMatrix {
  const result = emptyBlockMatrix(outputs, inputs, scheme);
  const { blockSize } = scheme;
  const blocks = blocksIn(inputs, scheme);
  // Inputs by rows, so that making up for an error is one pass over neighbours.
  const rows = transposed(weight, outputs, inputs);
  const values = new Float32Array(blockSize);
  const importance = new Float32Array(blockSize);
  const errors = new Float32Array(blockSize * outputs);
  for (let block = 0; block < blocks; block++) {
    const first = block * blockSize;
    const count = Math.min(blockSize, inputs - first);
    for (let i = 0; i < count; i++) {
      importance[i] = 1 / factor[(first + i) * inputs + first + i] ** 2;
    }
    const fits: BlockFit[] = [];
    for (let output = 0; output < outputs; output++) {
      for (let i = 0; i < count; i++) {
        values[i] = rows[(first + i) * outputs + output];
      }
      const fit = fitBlock(values, count, scheme, importance);
      fits.push(fit);
      result.scales[output * blocks + block] = fit.scale;
      result.zeroPoints[output * blocks + block] = fit.zeroPoint;
      result.codes.fill(
        fit.zeroPoint,
        (output * blocks + block) * blockSize,
        (output * blocks + block + 1) * blockSize,
      );
    }
    for (let i = 0; i < count; i++) {
      const input = first + i;
      const diagonal = factor[input * inputs + input];
      for (let output = 0; output < outputs; output++) {
        const value = rows[input * outputs + output];
        const code = encodeValue(value, fits[output], scheme.bits);
        result.codes[(output * blocks + block) * blockSize + i] = code;
        errors[i * outputs + output] = (value - (code - fits[output].zeroPoint) * fits[output].scale) / diagonal;
      }
      // Within the block at once, beyond it when the block is done.
      for (let later = input + 1; later < first + count; later++) {
        makeUp(rows, later, errors, i, factor[input * inputs + later], outputs);
      }
    }
    for (let later = first + count; later < inputs; later++) {
      let i = 0;
      for (; i + 4 <= count; i += 4) {
        makeUpFour(rows, later, errors, i, factor, (first + i) * inputs + later, inputs, outputs);
      }
      for (; i < count; i++) {
        makeUp(rows, later, errors, i, factor[(first + i) * inputs + later], outputs);
      }
    }
  }
  return result;
}

/** Subtracts share · error from a row. */
function makeUp(
  rows: Float32Array,
  row: number,
  errors: Float32Array,
  error: number,
  share: number,
  outputs: number,
): void {
  if (share === 0) {
    return;
  }
  const target = row * outputs;
  const source = error * outputs;
  for (let output = 0; output < outputs; output++) {
    rows[target + output] -= share * errors[source + output];
  }
}

/**
 * Does the same for four errors at a time, which takes a third of the time; their shares stand in a column of the
 * factor.
 */
function makeUpFour(
  rows: Float32Array,
  row: number,
  errors: Float32Array,
  error: number,
  factor: Float32Array,
  share: number,
  inputs: number,
  outputs: number,
): void {
  const target = row * outputs;
  const first = error * outputs;
  const second = first + outputs;
  const third = second + outputs;
  const fourth = third + outputs;
  const share0 = factor[share];
  const share1 = factor[share + inputs];
  const share2 = factor[share + 2 * inputs];
  const share3 = factor[share + 3 * inputs];
  for (let output = 0; output < outputs; output++) {
    rows[target + output] -=
      share0 * errors[first + output] +
      share1 * errors[second + output] +
      (share2 * errors[third + output] + share3 * errors[fourth + output]);
  }
}

/** Returns the Hessian with a little added to its diagonal. Inputs that never occur get 1: their weights are free. */
function damped(gram: Float32Array, size: number): Float64Array {
  const matrix = Float64Array.from(gram);
  let trace = 0;
  for (let i = 0; i < size; i++) {
    trace += matrix[i * size + i];
  }
  const extra = Math.max((damping * trace) / size, Number.MIN_VALUE);
  for (let i = 0; i < size; i++) {
    const diagonal = matrix[i * size + i];
    matrix[i * size + i] = diagonal === 0 ? Math.max(1, extra) : diagonal + extra;
  }
  return matrix;
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column];
    }
  }
  return result;
}
