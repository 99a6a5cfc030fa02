import type { ConversionType } from './conversion-type.js';
import type { ConversionProof } from './proof/prove-conversion.js';

/** A model that was converted, and what was proven of it. */
export interface Conversion {
  /** The ONNX file that was written. */
  readonly onnxPath: string;
  /** "BERT" */
  readonly architecture: string;
  /** Number of layers. */
  readonly layers: number;
  /** Width of hidden states. */
  readonly hidden: number;
  /** Longest input in tokens. */
  readonly maxTokens: number;
  /** What the file gives: hidden states of tokens, vectors of texts, of a cross-encoder scores of pairs, or scores of classes. */
  readonly gives: 'hidden states' | 'scores' | 'classes' | 'vectors';
  /** How the weights are stored. */
  readonly dtype: ConversionType;
  /** Size of the file. */
  readonly bytes: number;
  /** Tensors that embeddings do not need, and the file does not have. */
  readonly unused: readonly string[];
  /** How close the file's results are to those of the weights. */
  readonly proof: ConversionProof;
}
