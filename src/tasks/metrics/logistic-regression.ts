import { breather, throwIfCancelled } from '../../base/index.js';
import { indexOfLargest, type Matrix, sigmoid } from '../../numbers/index.js';
import { minimize } from './minimize.js';

export interface LogisticRegressionOptions {
  /** Cancels the fit. */
  readonly signal?: AbortSignal;
  /** Iterations of the optimizer; 100 by default, as in scikit-learn. */
  readonly maxIterations?: number;
  /** The optimizer stops when no component of the gradient is larger; 1e-4 by default, as in scikit-learn. */
  readonly tolerance?: number;
}

const itemsBetweenPauses = 16;

/** A linear classifier: one row of weights and one bias a class (for two classes one of each, of class 1). */
export interface LogisticRegression {
  readonly classes: number;
  readonly width: number;
  /** [rows × (width + 1)], the bias behind the weights. */
  readonly parameters: Float64Array;
}

/**
 * Fits a multinomial logistic regression with an L2 penalty of strength 1 on the weights (not on the biases), by
 * L-BFGS from zeros: scikit-learn's LogisticRegression with its defaults, which is what MTEB classifies with.
 *
 * @param x [items × width]
 * @param y [items], classes 0 to `classes` − 1
 * @throws CANCELLED
 */
export async function fitLogisticRegression(
  x: Matrix,
  y: ArrayLike<number>,
  classes: number,
  options: LogisticRegressionOptions = {},
): Promise<LogisticRegression> {
  const { rows: items, columns: width } = x;
  const rows = classes === 2 ? 1 : classes;
  const size = width + 1;
  const breathe = breather();
  const objective = async (parameters: Float64Array) => {
    const gradient = new Float64Array(parameters.length);
    const scores = new Float64Array(rows);
    let loss = 0;
    for (let item = 0; item < items; item++) {
      if (item % itemsBetweenPauses === 0) {
        throwIfCancelled(options.signal, 'fitting a classifier');
        await breathe();
      }
      linearScores(x.data, item * width, parameters, scores, width);
      loss += rows === 1 ? binaryLoss(scores, y[item]) : softmaxLoss(scores, y[item]);
      // `scores` now hold the loss's derivatives.
      for (let row = 0; row < rows; row++) {
        addScaled(gradient, row * size, x.data, item * width, scores[row] / items, width);
      }
    }
    let penalty = 0;
    for (let row = 0; row < rows; row++) {
      for (let i = row * size; i < row * size + width; i++) {
        penalty += parameters[i] * parameters[i];
        gradient[i] += parameters[i] / items;
      }
    }
    return { value: loss / items + penalty / 2 / items, gradient };
  };
  const { maxIterations = 100, tolerance = 1e-4 } = options;
  const parameters = await minimize(objective, new Float64Array(rows * size), { maxIterations, tolerance });
  return { classes, width, parameters };
}

/** Predicts the probabilities of the classes, [items × classes]. */
export function predictProbabilities(model: LogisticRegression, x: Matrix): Float64Array {
  const { classes, width, parameters } = model;
  const probabilities = new Float64Array(x.rows * classes);
  const scores = new Float64Array(parameters.length / (width + 1));
  for (let item = 0; item < x.rows; item++) {
    linearScores(x.data, item * width, parameters, scores, width);
    const own = probabilities.subarray(item * classes, (item + 1) * classes);
    if (scores.length === 1) {
      own[1] = sigmoid(scores[0]);
      own[0] = sigmoid(-scores[0]);
    } else {
      own.set(scores);
      softmaxInPlace(own);
    }
  }
  return probabilities;
}

/** Returns the likeliest class of each item; -1 for one whose vector is not finite. */
export function predictClasses(model: LogisticRegression, x: Matrix): Int32Array {
  const probabilities = predictProbabilities(model, x);
  return Int32Array.from({ length: x.rows }, (_, item) => {
    return indexOfLargest(probabilities.subarray(item * model.classes, (item + 1) * model.classes));
  });
}

function linearScores(
  x: Float32Array,
  start: number,
  parameters: Float64Array,
  scores: Float64Array,
  width: number,
): void {
  for (let row = 0; row < scores.length; row++) {
    const first = row * (width + 1);
    let even = parameters[first + width];
    let odd = 0;
    let i = 0;
    // Two sums that do not wait for each other.
    for (; i + 1 < width; i += 2) {
      even += x[start + i] * parameters[first + i];
      odd += x[start + i + 1] * parameters[first + i + 1];
    }
    if (i < width) {
      even += x[start + i] * parameters[first + i];
    }
    scores[row] = even + odd;
  }
}

function addScaled(
  gradient: Float64Array,
  first: number,
  x: Float32Array,
  start: number,
  scale: number,
  width: number,
): void {
  for (let i = 0; i < width; i++) {
    gradient[first + i] += scale * x[start + i];
  }
  gradient[first + width] += scale;
}

/** Returns −log of the true class's probability, and turns the scores into derivatives of the loss. */
function softmaxLoss(scores: Float64Array, label: number): number {
  softmaxInPlace(scores);
  const loss = -Math.log(Math.max(scores[label], Number.MIN_VALUE));
  scores[label] -= 1;
  return loss;
}

function binaryLoss(scores: Float64Array, label: number): number {
  const score = scores[0];
  scores[0] = sigmoid(score) - label;
  const margin = label === 1 ? score : -score;
  return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
}

function softmaxInPlace(scores: Float64Array): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    highest = Math.max(highest, score);
  }
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = Math.exp(scores[i] - highest);
    sum += scores[i];
  }
  for (let i = 0; i < scores.length; i++) {
    scores[i] /= sum;
  }
}
