import {
  checkOptions,
  type Location,
  OctavecError,
  pickOptions,
  throwIfCancelled,
  unlessCancelled,
} from '../base/index.js';
import { Admission, checkTexts, closeLoaded, whyNoText } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import { type ModelFiles, openModelFolder } from '../model/index.js';
import { ascendingOrder } from '../numbers/index.js';
import {
  openingChecks,
  type RankOptions,
  type RerankerOptions,
  rankOptionChecks,
  rerankerOptionChecks,
  type ScoreOptions,
  scoreOptionChecks,
} from './rerank-options.js';
import { activate, activationOf, type ScoreActivation } from './score-activation.js';
import { type LoadedScorer, loadScorer, scoreTokens } from './scorer.js';

/** A text with its score for a query. */
export interface RankedText {
  /** Place among the texts that were given. */
  readonly index: number;
  /** The higher, the better the text answers the query. */
  readonly score: number;
  /** The text itself. */
  readonly text: string;
}

/** Scores of pairs, in the order of the texts. */
export interface PairScores {
  /** [texts] */
  readonly scores: Float32Array;
  /** [texts] tokens of each pair as it was given, special tokens included. */
  readonly tokenCounts: Int32Array;
  /** How many pairs were longer than the model takes: of these texts only the beginning counts. */
  readonly truncated: number;
}

/** Scores, and the model's numbers that they were made from. */
interface PairNumbers extends PairScores {
  readonly numbers: Float32Array;
}

/**
 * Scores pairs of a query and a text with a cross-encoder, which reads both together: slower than comparing vectors, and
 * better at telling which of some texts answers a query best.
 *
 * @example
 * ```ts
 * const reranker = await Reranker.load('models/bge-reranker-base');
 * const ranked = await reranker.rank('How do cats sleep?', ['Cats sleep a lot.', 'Dogs bark.'], { topN: 1 });
 * console.log(ranked[0].text, ranked[0].score);
 * await reranker.close();
 * ```
 */
export class Reranker {
  /** What the model is made of. */
  readonly model: ModelFiles;
  /** Longest pair in tokens, special tokens included. */
  readonly maxTokens: number;
  /** What the model's numbers go through, where a call asks for nothing else. */
  readonly activation: ScoreActivation;
  readonly #loaded: LoadedScorer;
  readonly #admission: Admission;
  #closing: Promise<void> | undefined;

  private constructor(loaded: LoadedScorer, activation: ScoreActivation, admission: Admission) {
    this.model = loaded.files;
    this.maxTokens = loaded.engine.maxTokens ?? loaded.files.maxTokens;
    this.activation = activation;
    this.#loaded = loaded;
    this.#admission = admission;
  }

  /**
   * Loads a cross-encoder that gives one number for a pair, converted first where it has weights and no ONNX file. A reranker that has nothing to do does not keep the process
   * alive.
   *
   * @param model a folder in Hugging Face layout, a single .onnx file (a path or a `file:` URL), or what
   *   {@link openModelFolder} found with `task: 'rerank'`
   * @throws FILE_NOT_FOUND, MODEL_NOT_FOUND, TOKENIZER_MISSING, TOKENIZER_INVALID, CONFIG_INVALID, MODEL_UNSUPPORTED,
   *   ENGINE_LOAD, ENGINE_RUN, MODEL_OUTPUT, USAGE, CANCELLED
   */
  static async load(model: Location | ModelFiles, options: RerankerOptions = {}): Promise<Reranker> {
    checkOptions(options, rerankerOptionChecks);
    const { signal } = options;
    const admission = new Admission(options, 'reranker');
    throwIfCancelled(signal, 'loading the model');
    const opening = openFiles(model, options);
    const opened = await unlessCancelled(opening, signal, 'loading the model');
    const activation = options.activation ?? activationOf(opened);
    return new Reranker(await loadScorer(opened, options), activation, admission);
  }

  /** Describes the engine that runs the model. */
  get engine(): EngineDescription {
    return this.#loaded.engine.description;
  }

  /**
   * Orders texts from the best answer to a query to the worst. Texts with equal scores keep their order. If a pair is
   * longer than `maxTokens`, the end of the text does not count.
   *
   * @throws as {@link score}
   * @example
   * ```ts
   * for (const { index, score, text } of await reranker.rank('How do cats sleep?', texts)) console.log(index, score, text);
   * ```
   */
  async rank(query: string, texts: readonly string[], options: RankOptions = {}): Promise<readonly RankedText[]> {
    checkOptions(options, rankOptionChecks);
    const { scores, numbers } = await this.#score(query, texts, options);
    return rankedTexts(texts, scores, options.topN, numbers);
  }

  /**
   * Scores each text for a query, in the order of the texts.
   *
   * @throws TEXT_INVALID, QUERY_TOO_LONG, TEXT_TOO_LONG, VECTOR_NOT_FINITE, USAGE, TOKEN_OUT_OF_RANGE, QUEUE_FULL, ENGINE_RUN,
   *   ENGINE_DIED, CANCELLED, CLOSED
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<PairScores> {
    checkOptions(options, scoreOptionChecks);
    const { numbers: _, ...scores } = await this.#score(query, texts, options);
    return scores;
  }

  async #score(query: string, texts: readonly string[], options: ScoreOptions): Promise<PairNumbers> {
    checkQuery(query);
    checkTexts(texts);
    return this.#admission.run([query, ...texts], () => this.#scoreAdmitted(query, texts, options));
  }

  async #scoreAdmitted(query: string, texts: readonly string[], options: ScoreOptions): Promise<PairNumbers> {
    const { files, tokenizer, engine } = this.#loaded;
    const { signal, overLong = 'truncate', activation = this.activation } = options;
    const { truncationSide = files.truncationSide } = options;
    const { workers, threadsPerWorker } = engine.description;
    const tokens = await tokenizer.tokenize(texts, {
      ...{ query, prompt: '', overLong, overlap: 0, signal },
      truncationSide,
      lanes: this.#admission.calls > 1 ? 1 : workers * threadsPerWorker,
    });
    const scored = await scoreTokens(this.#loaded, tokens, options);
    return { ...scored, scores: activate(scored.numbers, activation) };
  }

  /** Waits for the calls that run, then frees everything. */
  close(): Promise<void> {
    this.#closing ??= closeLoaded(this.#admission, this.#loaded);
    return this.#closing;
  }

  /** Calls {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Orders texts from the highest score to the lowest; equal ones keep their order.
 *
 * @param numbers what the scores were made from, to order by: a sigmoid makes large ones equal
 */
export function rankedTexts(
  texts: readonly string[],
  scores: Float32Array,
  topN: number = texts.length,
  numbers: Float32Array = scores,
): readonly RankedText[] {
  const order = ascendingOrder(numbers.map((number) => -number)).subarray(0, topN);
  return Array.from(order, (index) => ({ index, score: scores[index], text: texts[index] }));
}

async function openFiles(model: Location | ModelFiles, options: RerankerOptions): Promise<ModelFiles> {
  if (typeof model === 'object' && 'onnxPath' in model) {
    return { ...model, task: 'rerank', output: options.output ?? model.output };
  }
  const opening = { ...pickOptions(options, openingChecks), task: 'rerank' } as const;
  return openModelFolder(model, opening).catch(async (error: unknown) => {
    const { openConverted } = await import('../convert/index.js');
    return openConverted(error, model, opening, options);
  });
}

/**
 * Checks a query.
 *
 * @throws USAGE
 */
function checkQuery(query: unknown): void {
  const why = whyNoText(query);
  if (why !== undefined) {
    throw new OctavecError('USAGE', { problem: `The query cannot be ranked by: ${why}` });
  }
}
