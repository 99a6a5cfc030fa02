import { shortened } from '../base/index.js';
import type { OfferedOutput, OutputChoice } from './offered-output.js';
import { hiddenOutputNames, pooledOutputNames, projectedOutputNames } from './output-names.js';

/** What exporters call scores. */
const scoreWords = /(^|[^a-z])(logits?|scores?|prob(s|abilit(y|ies))?|predictions?|labels?|class(es)?)([^a-z]|$)/;
const sparseWords = /sparse|lexical|splade|token_weights/;
const multiVectorWords = /colbert|multi_?vec/;

/** Classes of transformers that give scores. Many embedding models have kept the name of a language model, and are none. */
const scoringArchitecture = /(ForSequenceClassification|ForMultipleChoice|ForRewardModel|CrossEncoder|Reranker)$/;

const embeddingNames = new Set([...hiddenOutputNames, ...pooledOutputNames, ...projectedOutputNames]);

/** A classifier tells few classes apart, an embedding has many numbers. */
const mostScores = 16;

/**
 * Says why an output is not an embedding, in one clause: "" for one whose shape alone rules it out, undefined for one
 * that may be.
 */
export function otherThanEmbeddings(output: OfferedOutput, choice: OutputChoice): string | undefined {
  if (!output.isFloat || output.per === 'something else') {
    return scoreWords.test(output.name.toLowerCase()) ? `its output "${shortened(output.name)}" holds scores` : '';
  }
  return byName(output, choice) ?? byWidth(output, choice) ?? byArchitecture(output, choice);
}

function byName(output: OfferedOutput, choice: OutputChoice): string | undefined {
  const name = output.name.toLowerCase();
  if (multiVectorWords.test(name)) {
    return `its output "${shortened(output.name)}" is a vector for each token (ColBERT)`;
  }
  if (sparseWords.test(name)) {
    return `its output "${shortened(output.name)}" is a sparse vector of words`;
  }
  return scoreWords.test(name) ? scores(output, choice) : undefined;
}

function byWidth(output: OfferedOutput, choice: OutputChoice): string | undefined {
  const { width } = output;
  const { hiddenSize, labels } = choice.facts ?? {};
  if (width === 1) {
    return scores(output, choice);
  }
  if (width === undefined || width === hiddenSize) {
    return undefined;
  }
  if (isVocabulary(width, choice)) {
    return scores(output, choice);
  }
  if (embeddingNames.has(output.name.toLowerCase()) || hiddenSize === undefined) {
    return undefined;
  }
  if (output.per === 'token' && width < hiddenSize) {
    return `its output "${shortened(output.name)}" has ${width} numbers for each token, and its hidden states have ${hiddenSize}: a head for tokens (ColBERT, labels of tokens)`;
  }
  return output.per === 'text' && (width === labels?.length || (width <= mostScores && width < hiddenSize))
    ? scores(output, choice)
    : undefined;
}

function byArchitecture(output: OfferedOutput, { facts }: OutputChoice): string | undefined {
  const architecture = facts?.architectures.find((name) => /colbert/i.test(name) || scoringArchitecture.test(name));
  if (architecture === undefined) {
    return undefined;
  }
  if (/colbert/i.test(architecture)) {
    return output.per === 'token'
      ? `it is a ${shortened(architecture)}, which makes a vector for each token`
      : undefined;
  }
  const isNamed = embeddingNames.has(output.name.toLowerCase());
  return output.per === 'text' && !isNamed && output.width !== facts?.hiddenSize
    ? `it is a ${shortened(architecture)}, which gives scores`
    : undefined;
}

/** Says what the scores are of. */
function scores(output: OfferedOutput, choice: OutputChoice): string {
  const { width, per } = output;
  const name = shortened(output.name);
  const count = width === undefined ? 'scores' : width === 1 ? 'one number' : `${width} scores`;
  if (width !== undefined && isVocabulary(width, choice)) {
    return `its output "${name}" has a number for each of the ${width} words of the vocabulary (a masked language model, SPLADE)`;
  }
  return per === 'token'
    ? `its output "${name}" has ${count} for each token (a head for tokens)`
    : `its output "${name}" has ${count} for a text (a reranker or classifier)`;
}

function isVocabulary(width: number, { facts, vocabularySize }: OutputChoice): boolean {
  return width > mostScores && (width === facts?.vocabularySize || width === vocabularySize);
}
