/** How the hidden states of a text become one vector (the names of sentence-transformers' pooling modes). */
export type PoolingMode = 'cls' | 'lasttoken' | 'max' | 'mean' | 'mean_sqrt_len_tokens' | 'weightedmean';

/** A dense layer behind the pooling: y = activation(W x + b). */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs × inputs] */
  readonly weight: Float32Array;
  /** [outputs] */
  readonly bias?: Float32Array;
  readonly activation: 'identity' | 'tanh';
}

/** What comes after the last hidden state. Several pooling modes are concatenated in the given order. */
export interface Head {
  readonly pooling: readonly PoolingMode[];
  /** false: tokens of the prompt are left out of the pooling (`include_prompt` of the pooling configuration). */
  readonly includePrompt: boolean;
  readonly dense: readonly DenseLayer[];
  readonly normalize: boolean;
}

/** What holds where a model says nothing: the mean over all tokens, scaled to length 1. */
export const defaultHead: Head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true };
