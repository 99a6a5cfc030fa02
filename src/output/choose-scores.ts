import { OctavecError } from '../base/index.js';
import type { ChosenOutputs, OfferedOutput, OutputChoice } from './offered-output.js';

/** Tells whether an output has one number for a text, as rerankers give for a pair of texts. */
export function isScore({ isFloat, per, width }: OfferedOutput): boolean {
  return isFloat && per === 'text' && width === 1;
}

const tasks = {
  rerank: {
    what: 'scores of pairs',
    input: 'pair of texts',
    reason: 'one number for a pair of texts',
    hint: 'Rerankers give [batch, 1]: one number for a query and a text. Models that give vectors are for "octavec embed".',
  },
  classify: {
    what: 'scores of classes',
    input: 'text',
    reason: 'a number for each class',
    hint: 'Classifiers give [batch, classes], with as many numbers as config.json has names of classes (id2label).',
  },
} as const;

/**
 * Chooses the output that holds scores: [batch, 1] of a reranker, [batch, classes] of a classifier.
 *
 * @param path for messages
 * @throws MODEL_OUTPUT if there is none, or several
 */
export function chooseScores<Output extends OfferedOutput>(
  offered: readonly Output[],
  { task = 'rerank', output: name, facts }: OutputChoice,
  path: string,
): ChosenOutputs<Output> {
  const isWanted = task === 'rerank' ? isScore : (output: OfferedOutput) => hasClasses(output, facts?.labels?.length);
  const found = offered.filter((output) => isWanted(output) && output.name === (name ?? output.name));
  const logits = found.length > 1 && task === 'classify' ? found.filter((output) => output.name === 'logits') : found;
  const { what, input, reason, hint } = tasks[task];
  if (logits.length === 1) {
    return { pooled: logits[0], reason };
  }
  const gives = offered.map(({ description }) => description).join(', ');
  throw new OctavecError('MODEL_OUTPUT', { path, what, why: `for one ${input} it gives ${gives}`, hint });
}

/** Tells whether an output has as many numbers for a text as there are classes, where that is known. */
function hasClasses({ isFloat, per, width }: OfferedOutput, classes: number | undefined): boolean {
  return isFloat && per === 'text' && (classes === undefined || width === undefined || width === classes);
}
