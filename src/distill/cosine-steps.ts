import { type Matrix, randomNumbers } from '../numbers/index.js';
import type { Bags } from './bags.js';

/** Token vectors that are turned towards the directions of their targets. */
export interface CosineProblem {
  readonly bags: Bags;
  /** [texts × width] what the bags should point to. */
  readonly targets: Matrix;
  /** [tokens × width] */
  readonly start: Float32Array;
}

const steps = 150;
const textsAStep = 512;
/** Of the mean size of the numbers of the start, at first; it falls to 0 over the second half of the steps. */
const stride = 0.03;
/** Of the running means of gradients and of their squares. */
const [momentum, memory] = [0.9, 0.99];

/**
 * Moves token vectors so that the cosines between texts and their targets grow: a least-squares fit wants to reach lengths as
 * well, which nobody compares. Some steps over random texts by Adam (D. P. Kingma and J. Ba, 2015), which moves tokens that are
 * in few texts as far as those in many. Tokens of no text stay as they are. The same for the same input.
 */
export function cosineSteps({ bags, targets, start }: CosineProblem): Float32Array {
  const { columns: width } = targets;
  const vectors = start.slice();
  const first = new Float32Array(start.length);
  const second = new Float32Array(start.length);
  const gradient = new Float32Array(start.length);
  const isTouched = new Uint8Array(bags.tokens);
  const random = randomNumbers(bags.texts);
  const size = stride * meanSize(start);
  for (let step = 1; step <= steps; step++) {
    const touched: number[] = [];
    for (let i = 0; i < Math.min(textsAStep, bags.texts); i++) {
      const text = Math.floor(bags.texts * random());
      const pull = pullOf(bags, text, vectors, targets, width);
      for (let entry = bags.starts[text]; entry < bags.starts[text + 1]; entry++) {
        const token = bags.columns[entry];
        if (isTouched[token] === 0) {
          isTouched[token] = 1;
          touched.push(token);
        }
        for (let c = 0; c < width; c++) {
          gradient[token * width + c] += bags.shares[entry] * pull[c];
        }
      }
    }
    const length = size * Math.min(1, 2 * (1 - step / steps));
    const [unbiased, unbiasedSquare] = [1 - momentum ** step, 1 - memory ** step];
    for (const token of touched) {
      isTouched[token] = 0;
      for (let i = token * width; i < (token + 1) * width; i++) {
        first[i] = momentum * first[i] + (1 - momentum) * gradient[i];
        second[i] = memory * second[i] + (1 - memory) * gradient[i] * gradient[i];
        const spread = Math.sqrt(second[i] / unbiasedSquare);
        vectors[i] += spread > 0 ? (length * first[i]) / unbiased / spread : 0;
        gradient[i] = 0;
      }
    }
  }
  return vectors;
}

/**
 * Returns the gradient of a text's cosine by its vector: the target's direction without its part along the vector,
 * divided by the vector's length.
 */
function pullOf(
  { starts, columns, shares }: Bags,
  text: number,
  vectors: Float32Array,
  { data: targets }: Matrix,
  width: number,
): Float64Array {
  const sum = new Float64Array(width);
  for (let entry = starts[text]; entry < starts[text + 1]; entry++) {
    const row = columns[entry] * width;
    for (let c = 0; c < width; c++) {
      sum[c] += shares[entry] * vectors[row + c];
    }
  }
  let [squares, targetSquares, along] = [0, 0, 0];
  for (let c = 0; c < width; c++) {
    const target = targets[text * width + c];
    squares += sum[c] * sum[c];
    targetSquares += target * target;
    along += sum[c] * target;
  }
  if (squares === 0 || targetSquares === 0) {
    return sum.fill(0);
  }
  const [length, targetLength] = [Math.sqrt(squares), Math.sqrt(targetSquares)];
  return sum.map(
    (value, c) => (targets[text * width + c] / targetLength - (along * value) / (targetLength * squares)) / length,
  );
}

function meanSize(values: Float32Array): number {
  let sum = 0;
  for (const value of values) {
    sum += Math.abs(value);
  }
  return sum / Math.max(1, values.length);
}
