import type { TensorProto } from '../onnx/index.js';
import type { StoredTable } from './stored-table.js';
import type { StoredBlocks } from './stored-weights.js';

/** What an encoder is made of, as recognised in a graph: every tensor in its role. */
export interface EncoderDescription {
  readonly hidden: number;
  readonly heads: number;
  /** Heads of keys and values; each is shared by as many heads of queries, one after the other. */
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly ffn: number;
  /** The longest text that positions, or relative biases, are there for; undefined where nothing bounds it. */
  readonly maxTokens?: number;
  readonly activation: ActivationName;
  /** FFN: activation(up) * gate, rather than activation(up). */
  readonly gated: boolean;
  /** Norms stand before attention and FFN, rather than behind the additions. */
  readonly preNorm: boolean;
  /** Scores are query · key times this. */
  readonly scoreScale: number;
  readonly words: StoredTable;
  /** What words are multiplied by. */
  readonly wordFactor: number;
  /** The first token takes row `first`. */
  readonly positions?: Positions;
  /** [hidden] what is added to every token. */
  readonly tokenType?: Float32Array;
  /** [heads × (2 maxTokens - 1)] bias of key j for query i at [head, j - i + maxTokens - 1]. */
  readonly relativeBias?: Float32Array;
  /** [heads] ALiBi: what is added to a score for every token between key and query. */
  readonly distanceSlopes?: Float32Array;
  readonly embeddingNorm?: EncoderNorm;
  readonly finalNorm?: EncoderNorm;
  readonly layers: readonly EncoderLayer[];
}

export interface Positions {
  readonly table: StoredTable;
  readonly first: number;
  /** RoBERTa's padding, should it stand inside of a text: it takes row `row`, and is not counted for tokens behind it. */
  readonly uncounted?: { readonly word: number; readonly row: number };
}

export type ActivationName = 'gelu' | 'geluTanh' | 'relu' | 'silu';

export interface EncoderNorm {
  readonly gamma: TensorProto;
  readonly beta?: TensorProto;
  readonly epsilon: number;
  /** RMSNorm: no mean is taken off. */
  readonly rms: boolean;
}

/** y = (x * factor) W + b for some columns of a weight tensor. */
export interface EncoderLinear {
  /** [inputs × columns], or the other way round if `transposed`. */
  readonly weights: TensorProto | StoredBlocks;
  readonly transposed: boolean;
  readonly firstColumn: number;
  readonly bias?: TensorProto;
  /** [columns of the tensor] scales of S8 weights. */
  readonly scale?: Float32Array;
  /** [inputs] */
  readonly factor?: TensorProto;
}

export interface EncoderLayer {
  /** In pre-norm models a layer may do without. */
  readonly attentionNorm?: EncoderNorm;
  readonly query: EncoderLinear;
  readonly key: EncoderLinear;
  readonly value: EncoderLinear;
  /** Of queries and keys before they are turned: of each head, or of all heads of a token together. */
  readonly queryNorm?: EncoderNorm;
  readonly keyNorm?: EncoderNorm;
  readonly out: EncoderLinear;
  /** Of what the attention gives, before it is added; in pre-norm models. Likewise for the FFN. */
  readonly attentionOutNorm?: EncoderNorm;
  readonly ffnNorm?: EncoderNorm;
  readonly up: EncoderLinear;
  readonly gate?: EncoderLinear;
  readonly down: EncoderLinear;
  readonly ffnOutNorm?: EncoderNorm;
  /** [head width / 2] radians that a pair of dimensions is turned by at each step in position. */
  readonly rotation?: Float32Array;
  /** Tokens to either side that are seen; 0 for all. */
  readonly window: number;
  /** Tokens behind are not seen. */
  readonly causal: boolean;
}
