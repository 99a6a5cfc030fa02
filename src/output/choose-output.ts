import { OctavecError } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import { chooseScores, isScore } from './choose-scores.js';
import type { ChosenOutputs, OfferedOutput, OutputChoice } from './offered-output.js';
import { otherThanEmbeddings } from './other-outputs.js';
import { hiddenOutputNames, pooledOutputNames, projectedOutputNames } from './output-names.js';

/** Returns what a model's folder and its user say of the output. */
export function outputChoice({
  facts,
  output,
  headSource,
  task,
}: Pick<ModelFiles, 'facts' | 'output' | 'headSource' | 'task'>): OutputChoice {
  return { facts, output, poolsHidden: headSource?.kind === 'option', task };
}

/**
 * Chooses what embeddings are made from, by names, shapes and the model's configuration.
 *
 * @param path for messages
 * @throws MODEL_OUTPUT if nothing is an embedding; USAGE for an output that there is not, or a pooling of nothing
 */
export function chooseOutputs<Output extends OfferedOutput>(
  offered: readonly Output[],
  choice: OutputChoice,
  path: string,
): ChosenOutputs<Output> {
  if (choice.task !== undefined) {
    return chooseScores(offered, choice, path);
  }
  const judged = offered.map((output) => ({ output, why: otherThanEmbeddings(output, choice) }));
  const usable = judged.filter(({ why }) => why === undefined).map(({ output }) => output);
  const hidden = chooseHidden(usable, choice);
  if (choice.output !== undefined) {
    return namedOutput(offered, choice.output, hidden?.output, path);
  }
  const pooled = choice.poolsHidden ? undefined : choosePooled(usable, hidden !== undefined, choice);
  const chosen = pooled ?? hidden;
  if (chosen === undefined) {
    throw choice.poolsHidden && choosePooled(usable, false, choice) !== undefined
      ? new OctavecError('USAGE', {
          problem: `${path} pools by itself, and a pooling is asked for`,
          hint: 'Leave it out.',
        })
      : nothingUsable(
          offered,
          judged.map(({ why }) => why).find((why) => why !== undefined && why !== ''),
          path,
        );
  }
  return { hidden: hidden?.output, pooled: pooled?.output, reason: chosen.reason };
}

interface Chosen<Output> {
  readonly output: Output;
  readonly reason: string;
}

function chooseHidden<Output extends OfferedOutput>(
  usable: readonly Output[],
  { facts }: OutputChoice,
): Chosen<Output> | undefined {
  const perToken = usable.filter(({ per }) => per === 'token');
  const named = firstNamed(perToken, [...hiddenOutputNames, ...pooledOutputNames, ...projectedOutputNames]);
  if (named !== undefined) {
    return { output: named, reason: 'its name and shape say hidden states' };
  }
  const ofSize = perToken.filter(({ width }) => width !== undefined && width === facts?.hiddenSize);
  const [first, ...others] = ofSize.length > 0 ? ofSize : perToken;
  const which = others.length > 0 ? `the first of ${others.length + 1} outputs` : 'the only output';
  return first && { output: first, reason: `${which} with the shape of hidden states` };
}

function choosePooled<Output extends OfferedOutput>(
  usable: readonly Output[],
  hasHidden: boolean,
  { facts }: OutputChoice,
): Chosen<Output> | undefined {
  const perText = usable.filter(({ per }) => per === 'text');
  const named = firstNamed(perText, pooledOutputNames);
  if (named !== undefined) {
    return { output: named, reason: 'its name says vectors of texts' };
  }
  // Where the folder says how hidden states are pooled, that is the model; a projection beside them is another one's.
  const projected = hasHidden && facts?.hasPooling ? undefined : firstNamed(perText, projectedOutputNames);
  if (projected !== undefined) {
    return { output: projected, reason: 'its name says vectors of texts' };
  }
  return !hasHidden && perText.length === 1
    ? { output: perText[0], reason: 'the only output with the shape of vectors' }
    : undefined;
}

function firstNamed<Output extends OfferedOutput>(
  outputs: readonly Output[],
  names: readonly string[],
): Output | undefined {
  const found = names.map((name) => outputs.find((output) => output.name.toLowerCase() === name));
  return found.find((output) => output !== undefined);
}

function namedOutput<Output extends OfferedOutput>(
  offered: readonly Output[],
  name: string,
  hidden: Output | undefined,
  path: string,
): ChosenOutputs<Output> {
  const output = offered.find((each) => each.name === name);
  if (output === undefined) {
    const known = offered.map((each) => each.name).join(', ');
    throw new OctavecError('USAGE', { problem: `${path} has no output "${name}"`, hint: `Its outputs: ${known}.` });
  }
  if (!output.isFloat || output.per === 'something else') {
    const why = `its output ${output.description} is neither [batch, tokens, width] nor [batch, width]`;
    throw new OctavecError('MODEL_OUTPUT', { path, why, hint: `Its outputs: ${listed(offered)}.` });
  }
  return output.per === 'token'
    ? { hidden: output, reason: 'as asked for' }
    : { hidden, pooled: output, reason: 'as asked for' };
}

function nothingUsable(offered: readonly OfferedOutput[], why: string | undefined, path: string): OctavecError {
  if (why !== undefined) {
    const more = offered.length > 1 ? `Its outputs: ${listed(offered)}. If one of them is right` : 'If it is right';
    const hint = offered.some(isScore)
      ? 'Rank texts by it with "octavec rerank", or `Reranker` in the library.'
      : `octavec runs models that give one vector for a text; classifiers are for "octavec serve". ${more}, name it with --output.`;
    return new OctavecError('MODEL_OUTPUT', { path, why, hint });
  }
  const several = offered.filter(({ per, isFloat }) => per === 'text' && isFloat).length > 1;
  return new OctavecError('MODEL_OUTPUT', {
    path,
    why: `for one text of two tokens it gives ${listed(offered)}`,
    hint: several ? 'None has a name that says which is right: name it with --output.' : undefined,
  });
}

function listed(outputs: readonly OfferedOutput[]): string {
  return outputs.map(({ description }) => description).join(', ');
}
