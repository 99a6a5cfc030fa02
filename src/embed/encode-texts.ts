import { OctavecError, type TaskOptions } from '../base/index.js';
import type { Engine } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import { type Matrix, nonFiniteRows } from '../numbers/index.js';
import { averageWindows } from './average-windows.js';
import type { CheckedTexts } from './check-texts.js';
import { countedFrom } from './counted-from.js';
import type { EmbedOptions, TextOptions } from './embed-options.js';
import { resolvePrompt } from './prompt.js';
import { shortenVectors } from './shorten-vectors.js';
import type { TextTokenizer, TokenizedTexts, TokenizeOptions } from './text-tokenizer.js';
import { type TextFailure, type VectorBlock, Vectors } from './vectors.js';

/** Texts that are tokenized and handed to the engine together: enough to find many of the same length. */
const textsPerWindow = 4096;

/** A model's parts, brought together. */
export interface LoadedModel {
  readonly files: ModelFiles;
  readonly tokenizer: TextTokenizer;
  readonly engine: Engine;
  /** How many threads are free for tokenizing: those of the engine while it has nothing to do, else one. */
  readonly freeThreads: () => number;
}

/**
 * Tokenizes texts into ids as the engine gets them.
 *
 * @throws TEXT_INVALID, TEXT_TOO_LONG, PROMPT_UNKNOWN, USAGE, CANCELLED, CLOSED
 */
export async function tokenizeTexts(
  { files, tokenizer, freeThreads }: Pick<LoadedModel, 'files' | 'tokenizer' | 'freeThreads'>,
  texts: readonly string[],
  options: TextOptions,
): Promise<TokenizedTexts> {
  return tokenizer.tokenize(texts, { ...(await tokenizeOptions(files, tokenizer, options)), lanes: freeThreads() });
}

/**
 * Embeds texts. Many texts are worked off window by window: while the engine computes one, the next is tokenized.
 *
 * @param checked texts that failed already have an empty one in their place
 * @throws as {@link tokenizeTexts}, and TOKEN_OUT_OF_RANGE, ENGINE_RUN, ENGINE_DIED, VECTOR_NOT_FINITE
 */
export async function encodeTexts(model: LoadedModel, checked: CheckedTexts, options: EmbedOptions): Promise<Vectors> {
  const encoded = await encodeWindows(model, checked.texts, options);
  const { data, tokenCounts, truncated, columns } = encoded;
  const failures = [...checked.failures, ...encoded.failures];
  for (const { index } of failures) {
    data.fill(Number.NaN, index * columns, (index + 1) * columns);
  }
  const known = new Set(failures.map(({ index }) => index));
  const path = model.files.onnxPath;
  const matrix = { data, columns, rows: tokenCounts.length };
  if (options.onError !== 'skip') {
    refuseNonFinite(matrix, path);
  }
  for (const index of nonFiniteRows(matrix).filter((row) => !known.has(row))) {
    failures.push({ index, error: new OctavecError('VECTOR_NOT_FINITE', { path, indices: [index] }) });
  }
  failures.sort((a, b) => a.index - b.index);
  return new Vectors({ data, columns, tokenCounts, truncated, failures });
}

/**
 * Refuses vectors with NaN or infinity.
 *
 * @param path of the model
 * @throws VECTOR_NOT_FINITE
 */
export function refuseNonFinite(vectors: Matrix, path: string): void {
  const indices = nonFiniteRows(vectors);
  if (indices.length > 0) {
    throw new OctavecError('VECTOR_NOT_FINITE', { path, indices });
  }
}

async function encodeWindows(
  model: LoadedModel,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<VectorBlock> {
  if (texts.length <= textsPerWindow) {
    return encodeTokens(model, await tokenizeTexts(model, texts, options), options, progress(options, texts.length, 0));
  }
  const columns = options.dimensions ?? model.engine.width;
  const data = new Float32Array(texts.length * columns);
  const tokenCounts = new Int32Array(texts.length);
  const failures: TextFailure[] = [];
  let truncated = 0;
  const tokenizeWindow = async (start: number) => {
    const window = texts.slice(start, start + textsPerWindow);
    return tokenizeTexts(model, window, options).catch((error: unknown) => {
      throw countedFrom(start, error);
    });
  };
  const encodeWindow = async (tokens: TokenizedTexts, start: number) => {
    const window = await encodeTokens(model, tokens, options, progress(options, texts.length, start));
    data.set(window.data, start * columns);
    tokenCounts.set(window.tokenCounts, start);
    truncated += window.truncated;
    for (const { index, error } of window.failures) {
      failures.push({ index: start + index, error: countedFrom(start, error) as OctavecError });
    }
  };
  let running: Promise<void> | undefined;
  for (let start = 0; start < texts.length; start += textsPerWindow) {
    const [tokens] = await Promise.all([tokenizeWindow(start), running]);
    running = encodeWindow(tokens, start);
    // An error is thrown where the window is awaited; until then it is not "unhandled".
    running.catch(() => undefined);
  }
  await running;
  return { data, columns, tokenCounts, truncated, failures };
}

/**
 * Embeds tokenized texts.
 *
 * @param onDone told how far the texts are
 */
async function encodeTokens(
  { files, tokenizer, engine }: LoadedModel,
  tokens: TokenizedTexts,
  options: EmbedOptions,
  onDone: ((done: Done) => void) | undefined,
): Promise<VectorBlock> {
  const { signal, overLong = 'truncate', dimensions = engine.width, reproducible } = options;
  const { includePrompt, normalize } = files.head;
  const texts = tokens.lengths.length;
  const rows = tokens.offsets.length - 1;
  let doneRows = 0;
  let doneTokens = 0;
  options.onTokenized?.();
  const vectors = await engine.embed(tokens, {
    signal,
    alone: reproducible,
    unpooledTokens: includePrompt ? 0 : await promptTokens(files, tokenizer, options),
    onDone: (moreRows, moreTokens) => {
      doneRows += moreRows;
      doneTokens += moreTokens;
      onDone?.({ texts, share: doneRows / rows, workShare: doneTokens / tokens.ids.length });
    },
  });
  const averaged = averageWindows(vectors, tokens, engine.width, normalize);
  const data = shortenVectors({ data: averaged, rows: texts, columns: engine.width }, dimensions, normalize);
  const isCut = (length: number) => overLong === 'truncate' && length > files.maxTokens;
  const truncated = tokens.lengths.reduce((count, length) => count + (isCut(length) ? 1 : 0), 0);
  return { data, columns: dimensions, tokenCounts: tokens.lengths, truncated, failures: tokens.failures };
}

/** How far some texts are. They are done in any order, and may be several rows: what can be told is a share of them. */
interface Done {
  readonly texts: number;
  /** Of the rows. */
  readonly share: number;
  /** Of their tokens. */
  readonly workShare: number;
}

function progress({ onProgress }: TaskOptions, total: number, start: number): ((done: Done) => void) | undefined {
  return (
    onProgress &&
    (({ texts, share, workShare }) =>
      onProgress({
        ...{ stage: 'Embedding', done: start + Math.floor(share * texts), total, unit: 'texts' },
        share: (start + workShare * texts) / total,
      }))
  );
}

async function tokenizeOptions(
  files: ModelFiles,
  tokenizer: TextTokenizer,
  options: TextOptions,
): Promise<TokenizeOptions> {
  const { overLong = 'truncate', truncationSide = files.truncationSide, onError, signal } = options;
  const prompt = resolvePrompt(files, options);
  if (options.truncationSide === 'left' && prompt !== '' && !files.head.includePrompt) {
    throw new OctavecError('USAGE', {
      problem: 'The model leaves its prompt out of the pooling, and cutting a text on the left cuts the prompt off',
      hint: 'Cut over-long texts on the right.',
    });
  }
  const overlap = overLong === 'chunk' ? await windowOverlap(files, tokenizer, prompt, options) : 0;
  return { prompt, overLong, truncationSide, overlap, onError, signal };
}

/**
 * Returns how many tokens two windows of a text have in common. More than half of the room is refused: a long text
 * would have many times as many windows.
 *
 * @throws USAGE
 */
async function windowOverlap(
  { maxTokens }: ModelFiles,
  tokenizer: TextTokenizer,
  prompt: string,
  { overlap, signal }: TextOptions,
): Promise<number> {
  const room = Math.max(0, maxTokens - (await tokensOf(tokenizer, prompt, signal)));
  const most = Math.floor(room / 2);
  if (overlap === undefined) {
    return Math.min(Math.floor(maxTokens / 8), most);
  }
  if (!Number.isSafeInteger(overlap) || overlap < 0 || overlap > most) {
    throw new OctavecError('USAGE', {
      problem: `An overlap of ${overlap} tokens was asked for, and a window has room for ${room} tokens of text`,
      hint: `Take from 0 to ${most}, half of it.`,
    });
  }
  return overlap;
}

/** Counts the tokens that a prompt takes at the beginning of a text, including special tokens before it. */
async function promptTokens(files: ModelFiles, tokenizer: TextTokenizer, options: TextOptions): Promise<number> {
  const prompt = resolvePrompt(files, options);
  return prompt === '' ? 0 : (await tokensOf(tokenizer, prompt, options.signal)) - tokenizer.tokensBehind;
}

/** Counts the tokens of a text, including special tokens. */
async function tokensOf(tokenizer: TextTokenizer, text: string, signal: AbortSignal | undefined): Promise<number> {
  const { lengths } = await tokenizer.tokenize([text], { prompt: '', overLong: 'truncate', overlap: 0, signal });
  return lengths[0];
}
