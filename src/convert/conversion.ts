import type { ConversionType } from './conversion-type.js';
import type { ConversionProof } from './proof/prove-conversion.js';

/** A model that was converted, and what was proven of it. */
export interface Conversion {
  readonly onnxPath: string;
  /** "BERT" */
  readonly architecture: string;
  readonly layers: number;
  readonly hidden: number;
  readonly maxTokens: number;
  /** What the file gives: hidden states of tokens, vectors of texts, or of a cross-encoder scores of pairs. */
  readonly gives: 'hidden states' | 'scores' | 'vectors';
  /** How the weights are stored. */
  readonly dtype: ConversionType;
  readonly bytes: number;
  /** Tensors that embeddings do not need, and the file does not have. */
  readonly unused: readonly string[];
  readonly proof: ConversionProof;
}
