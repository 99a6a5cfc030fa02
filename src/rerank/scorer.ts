import { OctavecError } from '../base/index.js';
import { readyLine, TextTokenizer, type TokenizedTexts } from '../embed/index.js';
import { type Engine, loadEngine, type TokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import type { RerankerOptions, ScoreOptions } from './rerank-options.js';

/** What a model that gives scores is made of. */
export interface LoadedScorer {
  readonly files: ModelFiles;
  readonly tokenizer: TextTokenizer;
  readonly engine: Engine;
}

/** The model's numbers, before an activation. */
export interface ScoredRows {
  /** [texts × width of the engine] */
  readonly numbers: Float32Array;
  /** [texts] tokens of each text or pair as it was given, special tokens included. */
  readonly tokenCounts: Int32Array;
  /** How many texts or pairs were longer than the model takes. */
  readonly truncated: number;
}

/** Loads engine and tokenizer of a model that was opened for its scores. */
export async function loadScorer(opened: ModelFiles, options: RerankerOptions): Promise<LoadedScorer> {
  const engine = await loadEngine(opened, options);
  try {
    // The model's inputs may have room for less than its files say.
    const files = { ...opened, maxTokens: Math.min(opened.maxTokens, engine.maxTokens ?? opened.maxTokens) };
    const tokenizer = await TextTokenizer.of(files, options.signal);
    options.onReady?.(readyLine(files, engine.description, 'scores'), engine.description);
    return { files, tokenizer, engine };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/**
 * Runs the model.
 *
 * @throws VECTOR_NOT_FINITE with the texts concerned, and what the engine throws
 */
export async function scoreTokens(
  { files, engine }: LoadedScorer,
  tokens: TokenBatch & Pick<TokenizedTexts, 'lengths'>,
  { signal, onProgress, reproducible }: ScoreOptions,
): Promise<ScoredRows> {
  const { lengths } = tokens;
  let done = 0;
  const numbers = await engine.embed(tokens, {
    signal,
    alone: reproducible,
    onDone: (more) => {
      done += more;
      onProgress?.({ stage: 'Scoring', done, total: lengths.length, unit: 'texts' });
    },
  });
  const rowOf = (index: number) => numbers.subarray(index * engine.width, (index + 1) * engine.width);
  const indices = Array.from(lengths.keys()).filter((index) => !rowOf(index).every(Number.isFinite));
  if (indices.length > 0) {
    throw new OctavecError('VECTOR_NOT_FINITE', { path: files.onnxPath, indices, what: 'score' });
  }
  const truncated = lengths.reduce((count, length) => count + (length > files.maxTokens ? 1 : 0), 0);
  return { numbers, tokenCounts: lengths, truncated };
}
