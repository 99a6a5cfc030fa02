/** How the hidden states of a text become one vector (the names of sentence-transformers' pooling modes). */
export const poolingModes = ['cls', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'] as const;
export type PoolingMode = (typeof poolingModes)[number];

export const denseActivations = ['identity', 'tanh', 'relu', 'gelu'] as const;

/** A dense layer behind the pooling: y = activation(W x + b). */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs × inputs] */
  readonly weight: Float32Array;
  /** [outputs] */
  readonly bias?: Float32Array;
  readonly activation: (typeof denseActivations)[number];
}

/** What comes after the last hidden state. Several pooling modes are concatenated in the given order. */
export interface Head {
  readonly pooling: readonly PoolingMode[];
  /** false: tokens of the prompt are left out of the pooling (`include_prompt` of the pooling configuration). */
  readonly includePrompt: boolean;
  readonly dense: readonly DenseLayer[];
  readonly normalize: boolean;
}

/**
 * Where a head comes from: the folder's own files, what is known of a well-known model, an option of the caller, the
 * original that a candidate is compared with, or nowhere (`assumed`).
 */
export interface HeadSource {
  readonly kind: 'folder' | 'known' | 'option' | 'original' | 'assumed';
  /** As a person would say it: "modules.json", "as BGE has it (by the folder's name)". */
  readonly name: string;
}

/** What holds where nothing says anything: the mean over all tokens, scaled to length 1. */
export const defaultHead: Head = { pooling: ['mean'], includePrompt: true, dense: [], normalize: true };
