import type { ActivationName } from '../encoder/index.js';
import type { PoolingMode } from '../model/index.js';
import { dataType } from '../onnx/index.js';

export type NativePrecision = 'fp32' | 'int8' | 'bf16';

/**
 * The numbers that a description is made of. The native core has the same in native/core/description.h,
 * native/kernels/kernels.h and native/include/octavec_native.h; a test compares both sides.
 */
export const descriptionFormat = {
  magic: 0x4f435456,
  format: 4,
  precisions: { int8: 0, fp32: 1, bf16: 2 } satisfies Record<NativePrecision, number>,
  activations: { gelu: 0, geluTanh: 1, relu: 2, silu: 3 } satisfies Record<ActivationName, number>,
  poolings: {
    cls: 0,
    lasttoken: 1,
    max: 2,
    mean: 3,
    mean_sqrt_len_tokens: 4,
    weightedmean: 5,
  } satisfies Record<PoolingMode, number>,
  /** Element types of tensors, with ONNX's numbers. */
  tensorTypes: {
    float: dataType.float,
    uint8: dataType.uint8,
    int8: dataType.int8,
    float16: dataType.float16,
    uint4: dataType.uint4,
  },
} as const;

export type NativeTensorType = (typeof descriptionFormat.tensorTypes)[keyof typeof descriptionFormat.tensorTypes];
