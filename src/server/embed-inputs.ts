import type { Embedder, EmbedOptions } from '../embed/index.js';
import { type Admission, type Load, Problem } from '../http/index.js';
import { normalizeInPlace } from '../numbers/index.js';
import type { ModelShelf } from './model-shelf.js';
import type { ServedModel } from './served-model.js';
import type { CachedVector, VectorCache } from './vector-cache.js';

/** A text, or the ids of its tokens. */
export type Input = string | readonly number[];

export interface EmbedInputs
  extends Pick<EmbedOptions, 'prompt' | 'promptName' | 'dimensions' | 'overLong' | 'truncationSide' | 'signal'> {
  readonly inputs: readonly Input[];
  /** true and false as TEI has them; by default what the model's configuration says. */
  readonly normalize?: boolean;
}

/** What a request has taken. */
export interface Taken {
  /** Tokens that were read, of all inputs together. */
  readonly tokens: number;
  /** Unicode characters of all inputs together. */
  readonly characters: number;
  /** Inputs that were longer than the model reads. */
  readonly truncated: number;
  /** Milliseconds until the model was free to be used. */
  readonly queueMs: number;
  /** Milliseconds for tokenizing, and for the model, its queue included. */
  readonly tokenizeMs: number;
  readonly inferenceMs: number;
}

export interface EmbeddedInputs extends Taken {
  /** A vector for each input. */
  readonly vectors: readonly Float32Array[];
}

/** What requests are embedded with. */
export interface EmbeddingService {
  readonly shelf: ModelShelf;
  readonly admission: Admission;
  readonly cache?: VectorCache;
}

/** Numbers of a vector of a model that has not been loaded yet. */
const usualWidth = 1024;

/**
 * Estimates what inputs will take before they are tokenized: a token has a character at least, except for a few bytes
 * of rare ones.
 */
export function loadOf(
  { files, width = usualWidth }: ServedModel,
  inputs: readonly Input[],
  rowsOf: 'texts' | 'tokens' = 'texts',
): Load {
  const maxTokens = files?.maxTokens ?? 512;
  const texts = inputs.length;
  const tokens = inputs.reduce((sum, input) => sum + Math.min(maxTokens, input.length + 2), 0);
  return { texts, tokens, bytes: (rowsOf === 'texts' ? texts : tokens) * width * Float32Array.BYTES_PER_ELEMENT };
}

/**
 * Embeds the inputs of a request.
 *
 * @throws Problem, and as {@link Embedder.embed}
 */
export async function embedInputs(
  { shelf, cache }: Pick<EmbeddingService, 'shelf' | 'cache'>,
  model: ServedModel,
  request: EmbedInputs,
): Promise<EmbeddedInputs> {
  checkTextsOf(request.inputs);
  const arrival = performance.now();
  return shelf.use(model, async (embedder, raw) => {
    const start = performance.now();
    checkDimensions(embedder, request.dimensions);
    const { inputs } = request;
    const texts = inputs.every((input) => typeof input === 'string') ? inputs : await textsOf(embedder, inputs);
    const target = request.normalize === false ? await raw() : embedder;
    let tokenizeMs = 0;
    const onTokenized = () => {
      tokenizeMs = performance.now() - start;
    };
    const found = await vectorsOf(target, texts, request, cache, onTokenized);
    const { normalize } = embedder.model.head;
    return {
      vectors: found.map(({ vector }) => (request.normalize && !normalize ? normalizeInPlace(vector.slice()) : vector)),
      tokens: found.reduce((sum, one) => sum + Math.min(one.tokens, embedder.maxTokens), 0),
      characters: texts.reduce((sum, text) => sum + charactersOf(text), 0),
      truncated: found.filter(({ isTruncated }) => isTruncated).length,
      queueMs: start - arrival,
      tokenizeMs,
      inferenceMs: performance.now() - start - tokenizeMs,
    };
  });
}

/**
 * Checks that texts are well-formed Unicode.
 *
 * @param from the place of the first among the inputs of its request
 * @throws Problem `invalid` for text that is not valid Unicode
 */
export function checkTextsOf(inputs: readonly Input[], from = 0): void {
  inputs.forEach((input, i) => {
    if (typeof input === 'string' && !isWellFormed(input)) {
      throw new Problem('invalid', `input ${from + i} is not valid Unicode: it has half of a surrogate pair`, 'input');
    }
  });
}

/**
 * Says whether a text is well-formed Unicode, by a method of strings in Node 20 that TypeScript's target library does
 * not have. It needs no pass over Latin text.
 */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

function checkDimensions({ width }: Embedder, dimensions: number | undefined): void {
  if (dimensions !== undefined && dimensions > width) {
    throw new Problem('invalid', `'dimensions' is ${dimensions}, and the model's vectors have ${width}`, 'dimensions');
  }
}

/** Returns the texts of inputs: ids are decoded, since special tokens and prompts are put around texts. */
async function textsOf(embedder: Embedder, inputs: readonly Input[]): Promise<string[]> {
  const lists = inputs.filter((input) => typeof input !== 'string');
  const decoded = await embedder.decode(lists, { skipSpecialTokens: true });
  let next = 0;
  return inputs.map((input) => (typeof input === 'string' ? input : decoded[next++]));
}

function vectorsOf(
  embedder: Embedder,
  texts: readonly string[],
  request: EmbedInputs,
  cache: VectorCache | undefined,
  onTokenized: () => void,
): Promise<readonly CachedVector[]> {
  const { prompt, promptName, dimensions, overLong, truncationSide, signal } = request;
  const embed = async (some: readonly string[], ends: AbortSignal | undefined): Promise<CachedVector[]> => {
    const options = { prompt, promptName, dimensions, overLong, truncationSide, signal: ends, onTokenized };
    const vectors = await embedder.embed(some, options);
    return some.map((_, i) => ({
      vector: vectors[i],
      tokens: vectors.tokenCounts[i],
      isTruncated: vectors.tokenCounts[i] > embedder.maxTokens,
    }));
  };
  if (cache === undefined) {
    return embed(texts, signal);
  }
  const scope = JSON.stringify([numberOf(embedder), prompt, promptName, dimensions, overLong, truncationSide]);
  // Kept vectors must not hold the block of memory that all vectors of a request share.
  const alone = async (some: readonly string[], ends: AbortSignal) =>
    (await embed(some, ends)).map((one) => ({ ...one, vector: one.vector.slice() }));
  return cache.get(scope, texts, alone, signal);
}

const numbers = new WeakMap<Embedder, number>();
let embedders = 0;

/** Tells loaded models apart: one that was replaced gives other vectors under the same name. */
function numberOf(embedder: Embedder): number {
  const number = numbers.get(embedder) ?? embedders++;
  numbers.set(embedder, number);
  return number;
}

export function charactersOf(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    pairs += unit >= 0xd800 && unit < 0xdc00 ? 1 : 0;
  }
  return text.length - pairs;
}
