import { ownValue } from '../base/index.js';

/** Programs that load exported folders. */
export const exportTargets = ['transformers.js', 'sentence-transformers', 'fastembed', 'tei', 'onnxruntime'] as const;
/** Programs that a model can be exported for. */
export type ExportTarget = (typeof exportTargets)[number];

/** What a program can do, and where it looks for the ONNX file. */
export interface TargetFacts {
  /** Path of the ONNX file in the folder, from the variant. */
  readonly file: (variant: string | undefined) => string;
  /** Ways of pooling that it has; undefined for all. */
  readonly pooling?: readonly string[];
  /** Whether it runs dense layers behind the pooling. */
  readonly dense: boolean;
}

/** Precisions that transformers.js has names of its own for, and the dtypes that stand for them. */
const transformersJsTypes: Readonly<Record<string, readonly [file: string, dtype: string]>> = {
  fp32: ['model.onnx', 'fp32'],
  fp16: ['model_fp16.onnx', 'fp16'],
  q4: ['model_q4.onnx', 'q4'],
  uint8: ['model_uint8.onnx', 'uint8'],
};

/**
 * Returns the name of a file and the dtype by which transformers.js finds it; 8-bit files are its `q8`, whatever made
 * them.
 */
export function transformersJsType(variant: string | undefined): readonly [file: string, dtype: string] {
  return ownValue(transformersJsTypes, variant ?? 'fp32') ?? ['model_quantized.onnx', 'q8'];
}

export const targetFacts: Readonly<Record<ExportTarget, TargetFacts>> = {
  'transformers.js': {
    file: (variant) => `onnx/${transformersJsType(variant)[0]}`,
    pooling: ['mean', 'cls', 'lasttoken'],
    dense: false,
  },
  'sentence-transformers': {
    file: (variant) => `onnx/${variant === undefined || variant === 'fp32' ? 'model' : `model_${variant}`}.onnx`,
    dense: true,
  },
  fastembed: { file: () => 'model.onnx', pooling: ['mean', 'cls'], dense: false },
  tei: { file: () => 'onnx/model.onnx', pooling: ['mean', 'cls', 'lasttoken'], dense: false },
  onnxruntime: { file: () => 'model.onnx', dense: true },
};
