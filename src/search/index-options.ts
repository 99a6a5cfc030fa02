import {
  checkCallback,
  checkCount,
  checkFlag,
  checkNumber,
  checkTaskOptions,
  checkText,
  listOf,
  nested,
  OctavecError,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  type TaskOptions,
} from '../base/index.js';
import type { Chunking, SkippedFile } from '../documents/index.js';
import { Embedder } from '../embed/index.js';
import type { Reranker } from '../rerank/index.js';
import { type Filter, type Store, type VectorKind, vectorKinds } from '../store/index.js';
import type { LoadModel } from './index-model.js';

/** How an index is opened or made. */
export interface IndexOptions {
  /**
   * The model: a path, a name of the hub, or an embedder that is loaded already, which stays open when the index is closed. By default
   * the one that the index was made with; for a new index `minilm`.
   */
  readonly model?: string | Embedder;
  /** Variant of the model: "int8". By default the one that the index was made with. */
  readonly variant?: string;
  /** How models are loaded by their names; by default they are looked for on this machine and on the hub. */
  readonly loadModel?: LoadModel;
  /** How a new index cuts documents: chunks of 256 tokens without overlap by default, or what the model takes if that is less. */
  readonly chunking?: Partial<Chunking> | 'none';
  /** How a new index keeps vectors for the first pass over them; by default `int8`, in PostgreSQL `float16`. */
  readonly vectors?: VectorKind;
  /** Length of a new index's vectors, for models that may be cut (Matryoshka). */
  readonly dimensions?: number;
  /** Where the index is kept, if not in the folder. */
  readonly store?: Store;
  /** Told what a user should know: that another variant asks than the one that embedded. */
  readonly onNote?: (note: string) => void;
}

/** The modes of search. */
export const searchModes = ['hybrid', 'vector', 'text'] as const;
/** How an index is searched: by both ways together, by meaning, or by words. */
export type SearchMode = (typeof searchModes)[number];

/** How a search finds and orders results. */
export interface SearchOptions {
  /** So many results at most; 10 by default. */
  readonly top?: number;
  /** By meaning (`vector`), by words (`text`), or both (`hybrid`, the default). */
  readonly mode?: SearchMode;
  /** Which documents are searched: `lang = "en" and year >= 2020`, or the same as data. */
  readonly filter?: string | Filter;
  /**
   * From 0 to 1: how much a result is to differ from those before it (maximal marginal relevance). 0, the default, is by score
   * alone.
   */
  readonly diversity?: number;
  /** Results say how their scores came about. */
  readonly explain?: boolean;
  /**
   * How the first pass over int8 or binary vectors is made good: `exact`, or by rescoring so many times as many chunks as are wanted.
   * By default exact for int8, and 32 for binary.
   */
  readonly rescore?: 'exact' | number;
  /** A cross-encoder that orders the best 50, or `top` if that is more, anew; their scores are then its own. */
  readonly rerank?: Pick<Reranker, 'score'>;
  /** Cancels the search, which then throws CANCELLED. */
  readonly signal?: AbortSignal;
}

/** How `context` gathers results for a prompt. */
export interface ContextOptions extends SearchOptions {
  /** So many tokens at most, sources included; 2,000 by default. */
  readonly tokens?: number;
}

/** How files are read when an index is updated. */
export interface UpdateOptions extends TaskOptions {
  /** Files that are larger are passed over, unless they are read row by row; 32 MB by default. */
  readonly maxFileBytes?: number;
  /** Field or column that holds the text of a row; "text" by default. */
  readonly field?: string;
  /** Told of each file that is passed over, and why. */
  readonly onSkipped?: (file: SkippedFile) => void;
}

const checkEmbedder: OptionCheck = (name, value) => {
  if (!(value instanceof Embedder)) {
    checkText(name, value);
  }
};

const checkShare: OptionCheck = (name, value) => {
  checkNumber(name, value);
  if ((value as number) < 0 || (value as number) > 1) {
    throw new OctavecError('USAGE', { problem: `The option ${name} is ${value}, and must be from 0 to 1` });
  }
};

/** How documents are cut where nobody says: enough for a thought, little enough for it to stand out. */
const usualChunking: Chunking = { tokens: 256, overlap: 0 };

/** Returns how documents are cut, with what is usual where nothing is said. */
export function wholeChunking(chunking: Partial<Chunking> | 'none' = {}): Chunking | 'none' {
  if (chunking === 'none') {
    return 'none';
  }
  const { tokens = usualChunking.tokens, overlap = usualChunking.overlap } = chunking;
  return { tokens, overlap };
}

const checkChunking: OptionCheck = (name, value) => {
  if (value !== 'none') {
    checkOptionsOfChunking(name, value);
  }
};

const checkAnything: OptionCheck = () => undefined;

function checkOptionsOfChunking(name: string, value: unknown): void {
  nested<Chunking>({ tokens: checkCount, overlap: checkAnything })(name, value);
  const { tokens, overlap } = wholeChunking(value as Partial<Chunking>) as Chunking;
  if (!Number.isSafeInteger(overlap) || overlap < 0 || overlap > tokens / 2) {
    throw new OctavecError('USAGE', {
      problem: `The option ${name}.overlap is ${overlap}, and must be a whole number from 0 to half of the tokens`,
    });
  }
}

const checkRescore: OptionCheck = (name, value) => {
  if (value !== 'exact') {
    checkNumber(name, value);
    if ((value as number) < 1) {
      throw new OctavecError('USAGE', { problem: `The option ${name} is ${value}, and must be "exact" or from 1 on` });
    }
  }
};

const isObject: OptionCheck = (name, value) => {
  if (value === null || typeof value !== 'object') {
    throw new OctavecError('USAGE', { problem: `The option ${name} is ${typeof value}, and must be an object` });
  }
};

export const indexOptionChecks: OptionChecks<IndexOptions> = {
  model: checkEmbedder,
  variant: checkText,
  loadModel: checkCallback,
  chunking: checkChunking,
  vectors: oneOf(vectorKinds),
  dimensions: checkCount,
  store: isObject,
  onNote: checkCallback,
};

export const searchOptionChecks: OptionChecks<SearchOptions> = {
  top: checkCount,
  mode: oneOf(searchModes),
  filter: (name, value) => (typeof value === 'string' ? undefined : isObject(name, value)),
  diversity: checkShare,
  explain: checkFlag,
  rescore: checkRescore,
  rerank: isObject,
  signal: checkTaskOptions.signal,
};

export const contextOptionChecks: OptionChecks<ContextOptions> = { ...searchOptionChecks, tokens: checkCount };

export const updateOptionChecks: OptionChecks<UpdateOptions> = {
  ...checkTaskOptions,
  maxFileBytes: checkCount,
  field: checkText,
  onSkipped: checkCallback,
};

export const checkIds = listOf(checkText);
