import type { StoredTensor } from '../files/index.js';
import type { Head } from '../model/index.js';

/**
 * An encoder that is to be written: the same parts as `EncoderDescription` has (what is recognised in a graph), with every
 * tensor where it is stored. Names are those of the modules ("encoder.layer.0.attention.self.query").
 */
export interface EncoderPlan {
  readonly hidden: number;
  readonly heads: number;
  /** Fewer than heads where several share their keys and values. */
  readonly keyValueHeads: number;
  readonly headWidth: number;
  /** The longest text. */
  readonly maxTokens: number;
  readonly padTokenId: number;
  readonly activation: Activation;
  /** Norms stand before attention and FFN, rather than behind the additions. */
  readonly preNorm: boolean;
  /** Scores are query · key times this. */
  readonly scoreScale: number;
  /** [words × hidden] */
  readonly words: PlannedTable;
  /** What rows of words are multiplied by. */
  readonly wordScale?: number;
  readonly positions?: PlannedTable & {
    /** `place`: the first token takes row 0. `counted`: padding takes row `padTokenId`, others those behind it, in turn. */
    readonly rows: 'place' | 'counted';
  };
  readonly types?: PlannedTable;
  readonly bias?: DistanceBias;
  readonly embeddingNorm?: PlannedNorm;
  readonly finalNorm?: PlannedNorm;
  readonly layers: readonly PlannedLayer[];
  /** Of rerankers and classifiers: the graph gives scores of texts in place of hidden states. */
  readonly classifier?: PlannedClassifier;
  /** Where the graph is to make vectors of texts, too. */
  readonly head?: Head;
}

/** scores = out(norm(activation(dense(hidden state of the first token, or the mean of all)))) */
export interface PlannedClassifier {
  readonly pooling: 'cls' | 'mean';
  readonly dense: PlannedLinear;
  readonly activation: Activation;
  readonly norm?: PlannedNorm;
  readonly out: PlannedLinear;
}

export type Activation = 'gelu' | 'geluTanh' | 'relu' | 'silu' | 'tanh';

/** What is added to scores by the distance of key and query. */
export type DistanceBias =
  /** [(2 tokens - 1) × heads]: key j for query i has row j - i + tokens - 1. */
  | { readonly kind: 'table'; readonly path: string; readonly values: Float32Array; readonly tokens: number }
  /** ALiBi: minus the distance times [heads] slopes. */
  | { readonly kind: 'slopes'; readonly slopes: Float32Array };

/** Numbers of a stored tensor. */
export interface Weight {
  readonly tensor: StoredTensor;
  /** Rows [first, end) of it; all where it is left out. */
  readonly rows?: readonly [first: number, end: number];
  /** Added to every number: some norms multiply by 1 + w. */
  readonly plus?: number;
}

export interface PlannedTable {
  readonly path: string;
  readonly weight: Weight;
  readonly count: number;
}

export interface PlannedNorm {
  readonly path: string;
  readonly kind: 'layer' | 'rms';
  readonly gamma: Weight;
  readonly beta?: Weight;
  readonly epsilon: number;
}

/** y = x Wᵀ + b, with W as it is stored: [outputs × inputs]. */
export interface PlannedLinear {
  readonly path: string;
  readonly weight: Weight;
  readonly bias?: Weight;
  readonly inputs: number;
  readonly outputs: number;
}

export interface PlannedLayer {
  readonly attentionPath: string;
  readonly ffnPath: string;
  /** Before or behind, as `preNorm` says; some pre-norm models do without in their first layer. */
  readonly attentionNorm?: PlannedNorm;
  readonly query: PlannedLinear;
  readonly key: PlannedLinear;
  readonly value: PlannedLinear;
  readonly out: PlannedLinear;
  /** Of queries and keys, before they are turned. */
  readonly queryNorm?: ScopedNorm;
  readonly keyNorm?: ScopedNorm;
  /** Of what attention gives, before it is added. */
  readonly attentionOutNorm?: PlannedNorm;
  readonly ffnNorm?: PlannedNorm;
  /** FFN: down(activation(up) · gate), or down(activation(up)). */
  readonly up: PlannedLinear;
  readonly gate?: PlannedLinear;
  readonly down: PlannedLinear;
  readonly ffnOutNorm?: PlannedNorm;
  readonly rotation?: Rotation;
  /** Tokens to either side that are seen; 0 for all. */
  readonly window: number;
  /** Only tokens before are seen. */
  readonly causal: boolean;
}

export interface ScopedNorm extends PlannedNorm {
  readonly over: 'head' | 'all';
}

/** Rotary positions: dimension i turns with dimension i + width / 2. Layers of the same base share their tables. */
export interface Rotation {
  readonly base: number;
  /** [head width / 2] radians a step. */
  readonly frequencies: Float32Array;
}
