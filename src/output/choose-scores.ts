import { OctavecError } from '../base/index.js';
import type { ChosenOutputs, OfferedOutput } from './offered-output.js';

/** Tells whether an output has one number for a text, as rerankers give for a pair of texts. */
export function isScore({ isFloat, per, width }: OfferedOutput): boolean {
  return isFloat && per === 'text' && width === 1;
}

/**
 * Chooses the output that holds a reranker's scores, [batch, 1].
 *
 * @param name the caller's choice
 * @param path for messages
 * @throws MODEL_OUTPUT if there is none, or several
 */
export function chooseScores<Output extends OfferedOutput>(
  offered: readonly Output[],
  name: string | undefined,
  path: string,
): ChosenOutputs<Output> {
  const scores = offered.filter((output) => isScore(output) && output.name === (name ?? output.name));
  if (scores.length === 1) {
    return { pooled: scores[0], reason: 'one number for a pair of texts' };
  }
  const found = offered.map(({ description }) => description).join(', ');
  throw new OctavecError('MODEL_OUTPUT', {
    path,
    what: 'scores of pairs',
    why: `for one pair of texts it gives ${found}`,
    hint: 'Rerankers give [batch, 1]: one number for a query and a text. Models that give vectors are for "octavec embed".',
  });
}
