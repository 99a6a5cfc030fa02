import type { Load } from '../http/index.js';
import { type ClassifierInput, type ClassifyOptions, groupsOf } from '../rerank/index.js';
import { charactersOf, checkTextsOf, type EmbeddingService, type Taken } from './embed-inputs.js';
import type { ServedModel } from './served-model.js';

export interface ClassifyInputs extends Pick<ClassifyOptions, 'raw' | 'overLong' | 'truncationSide' | 'signal'> {
  readonly inputs: readonly ClassifierInput[];
}

export interface ClassifiedInputs extends Taken {
  /** Names of the classes. */
  readonly labels: readonly string[];
  /** [inputs × classes]; of a cross-encoder the higher, the better a text answers a query. */
  readonly scores: Float32Array;
  /** What the scores were made from, to order by: a sigmoid makes large ones equal. */
  readonly numbers: Float32Array;
}

/** Estimates the load of inputs before they are tokenized. */
export function loadOfClasses({ files }: ServedModel, { inputs }: Pick<ClassifyInputs, 'inputs'>): Load {
  const maxTokens = files?.maxTokens ?? 512;
  const classes = files?.facts?.labels?.length ?? 1;
  const lengthOf = (input: ClassifierInput) =>
    typeof input === 'string' ? input.length + 2 : input[0].length + input[1].length + 3;
  return {
    texts: inputs.length,
    tokens: inputs.reduce((sum, input) => sum + Math.min(maxTokens, lengthOf(input)), 0),
    bytes: inputs.length * classes * Float32Array.BYTES_PER_ELEMENT,
  };
}

/**
 * Scores the classes of a request's inputs.
 *
 * @throws Problem `unsupported` for a model that gives vectors, and as {@link Classifier.classify}
 */
export async function classifyInputs(
  { shelf }: Pick<EmbeddingService, 'shelf'>,
  model: ServedModel,
  { inputs, ...options }: ClassifyInputs,
): Promise<ClassifiedInputs> {
  const groups = groupsOf(inputs);
  for (const { first, start, texts } of groups) {
    checkTextsOf([first ?? ''], start);
    checkTextsOf(texts, start);
  }
  const arrival = performance.now();
  return shelf.useClassifier(model, async (classifier) => {
    const start = performance.now();
    let tokenizeMs = 0;
    const onTokenized = () => {
      tokenizeMs = performance.now() - start;
    };
    const { scores, numbers, tokenCounts, truncated } = await classifier.classify(inputs, { ...options, onTokenized });
    return {
      labels: classifier.labels,
      scores,
      numbers,
      tokens: tokenCounts.reduce((sum, count) => sum + Math.min(count, classifier.maxTokens), 0),
      characters: groups.reduce((sum, { first = '', texts }) => sum + charactersOfGroup(first, texts), 0),
      truncated,
      queueMs: start - arrival,
      tokenizeMs,
      inferenceMs: performance.now() - start - tokenizeMs,
    };
  });
}

/** Counts as TEI does: the first of a pair with each text. */
function charactersOfGroup(first: string, texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + charactersOf(text), charactersOf(first) * texts.length);
}
