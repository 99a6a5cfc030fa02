import { Admission, closeLoaded, countedFrom, type TokenizedTexts } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import { type ModelFiles, usualLabel } from '../model/index.js';
import { type ClassActivation, classActivationOf, classScores } from './class-activation.js';
import { joined } from './pair-tokens.js';
import type { RerankerOptions, ScoreOptions } from './rerank-options.js';
import { type LoadedScorer, loadScorer, scoreTokens } from './scorer.js';

/** A text, or two that are read together. */
export type ClassifierInput = string | readonly [string, string];

/** How `classify` scores inputs. */
export interface ClassifyOptions
  extends Pick<ScoreOptions, 'overLong' | 'truncationSide' | 'reproducible' | 'signal' | 'onProgress'> {
  /** Gives the model's numbers as they are. */
  readonly raw?: boolean;
  /** Told when the inputs are tokenized. */
  readonly onTokenized?: () => void;
}

/** Scores of every class, in the order of the inputs. */
export interface ClassScores {
  /** [inputs × classes] */
  readonly scores: Float32Array;
  /** [inputs × classes] what the scores were made from. It tells apart what an activation made equal. */
  readonly numbers: Float32Array;
  /** [inputs] tokens of each input as it was given, special tokens included. */
  readonly tokenCounts: Int32Array;
  /** How many inputs were longer than the model takes. */
  readonly truncated: number;
}

/** Inputs that are tokenized together: texts, or the second ones of pairs that have the first in common. */
interface Group {
  readonly first: string | undefined;
  readonly start: number;
  readonly texts: string[];
}

/** Scores the classes of texts, or of pairs of texts. A cross-encoder is one with a single class. */
export class Classifier {
  /** What the model is made of. */
  readonly model: ModelFiles;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  /** Names of the classes: those of the configuration, else transformers' own. */
  readonly labels: readonly string[];
  readonly #activation: ClassActivation;
  readonly #loaded: LoadedScorer;
  readonly #admission: Admission;
  #closing: Promise<void> | undefined;

  private constructor(loaded: LoadedScorer, admission: Admission) {
    const { files, engine } = loaded;
    this.model = files;
    this.maxTokens = files.maxTokens;
    this.labels = Array.from({ length: engine.width }, (_, i) => files.facts?.labels?.[i] ?? usualLabel(i));
    this.#activation = classActivationOf(files, engine.width);
    this.#loaded = loaded;
    this.#admission = admission;
  }

  /**
   * Loads a model that was opened with a `task`.
   *
   * @throws as {@link Reranker.load}
   */
  static async load(files: ModelFiles, options: RerankerOptions = {}): Promise<Classifier> {
    const admission = new Admission(options, 'classifier');
    return new Classifier(await loadScorer(files, options), admission);
  }

  /** Describes the engine that runs the model. */
  get engine(): EngineDescription {
    return this.#loaded.engine.description;
  }

  /**
   * Scores every class for each input. What is too long is cut off the text, and of a pair off the second.
   *
   * @throws TEXT_INVALID, QUERY_TOO_LONG (the first of a pair), TEXT_TOO_LONG, VECTOR_NOT_FINITE, QUEUE_FULL, ENGINE_RUN,
   *   ENGINE_DIED, CANCELLED, CLOSED
   */
  async classify(inputs: readonly ClassifierInput[], options: ClassifyOptions = {}): Promise<ClassScores> {
    const groups = groupsOf(inputs);
    const texts = groups.flatMap((group) => (group.first === undefined ? group.texts : [group.first, ...group.texts]));
    return this.#admission.run(texts, async () => {
      const tokens = await this.#tokenize(groups, options);
      options.onTokenized?.();
      const { numbers, ...rest } = await scoreTokens(this.#loaded, tokens, options);
      const activation = options.raw ? 'identity' : this.#activation;
      return { ...rest, numbers, scores: classScores(numbers, this.labels.length, activation) };
    });
  }

  async #tokenize(groups: readonly Group[], options: ClassifyOptions) {
    const { overLong = 'truncate', truncationSide = this.model.truncationSide, signal } = options;
    const { workers, threadsPerWorker } = this.engine;
    const lanes = this.#admission.calls > 1 ? 1 : workers * threadsPerWorker;
    const how = { prompt: '', overLong, overlap: 0, signal, truncationSide, lanes };
    const batches: TokenizedTexts[] = [];
    for (const { first, start, texts } of groups) {
      const batch = this.#loaded.tokenizer.tokenize(texts, { ...how, query: first });
      batches.push(await batch.catch((error: unknown) => Promise.reject(countedFrom(start, error))));
    }
    return { ...joined(batches), lengths: Int32Array.from(batches.flatMap(({ lengths }) => Array.from(lengths))) };
  }

  /** Waits for the calls that run, then frees everything. */
  close(): Promise<void> {
    this.#closing ??= closeLoaded(this.#admission, this.#loaded);
    return this.#closing;
  }
}

/** Puts neighbours together that can be tokenized in one call. */
export function groupsOf(inputs: readonly ClassifierInput[]): readonly Group[] {
  const groups: Group[] = [];
  for (const [index, input] of inputs.entries()) {
    const [first, text] = typeof input === 'string' ? [undefined, input] : input;
    const last = groups.at(-1);
    if (last !== undefined && last.first === first) {
      last.texts.push(text);
    } else {
      groups.push({ first, start: index, texts: [text] });
    }
  }
  return groups;
}
