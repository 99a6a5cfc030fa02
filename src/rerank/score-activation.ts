import { OctavecError } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';

/** What a model's numbers go through to become scores: `sigmoid` makes numbers from 0 to 1, `identity` leaves them. */
export const scoreActivations = ['sigmoid', 'identity'] as const;
/** What turns a reranker's output into a score. */
export type ScoreActivation = (typeof scoreActivations)[number];

/**
 * Returns the activation of a reranker: as its configuration says, else `sigmoid`, as in sentence-transformers.
 *
 * @throws MODEL_UNSUPPORTED for one that is not known
 */
export function activationOf({ facts, folder, onnxPath }: ModelFiles): ScoreActivation {
  const named = facts?.scoreActivation ?? 'sigmoid';
  const known = scoreActivations.find((activation) => activation === named);
  if (known === undefined) {
    throw new OctavecError('MODEL_UNSUPPORTED', {
      path: folder ?? onnxPath,
      what: `the activation "${named}" of its scores`,
      hint: `Choose one of ${scoreActivations.join(', ')} with \`activation\`; the order of the texts is the same.`,
    });
  }
  return known;
}

/** Applies the activation to scores. */
export function activate(scores: Float32Array, activation: ScoreActivation): Float32Array {
  return activation === 'identity' ? scores : scores.map((x) => 1 / (1 + Math.exp(-x)));
}
