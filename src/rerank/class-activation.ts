import type { ModelFiles } from '../model/index.js';
import { activate, type ScoreActivation } from './score-activation.js';

/** What a classifier's numbers go through: `softmax` makes those of an input sum to 1. */
export type ClassActivation = ScoreActivation | 'softmax';

/**
 * Returns what the numbers of a classifier go through: classes that exclude each other share 1, others have a number
 * from 0 to 1 each, as a single one has. What was trained as a regression is left as it is.
 */
export function classActivationOf({ facts }: Pick<ModelFiles, 'facts'>, classes: number): ClassActivation {
  if (classes === 1 || facts?.problemType === 'multi_label_classification') {
    return 'sigmoid';
  }
  return facts?.problemType === 'regression' ? 'identity' : 'softmax';
}

/**
 * Applies the activation.
 *
 * @param numbers [inputs × classes]
 */
export function classScores(numbers: Float32Array, classes: number, activation: ClassActivation): Float32Array {
  if (activation !== 'softmax') {
    return activate(numbers, activation);
  }
  const scores = new Float32Array(numbers.length);
  for (let start = 0; start < numbers.length; start += classes) {
    const row = numbers.subarray(start, start + classes);
    const largest = row.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(row, (x) => Math.exp(x - largest));
    const sum = powers.reduce((a, b) => a + b);
    scores.set(
      powers.map((power) => power / sum),
      start,
    );
  }
  return scores;
}
