import type { Q4Form, RangeMethod } from '../quantize/index.js';

/** What single methods let one choose. */
export interface MethodForms extends Q4Form {
  /** fp16: keep only the weights in half precision, and calculate in FP32. */
  readonly weightsOnly?: boolean;
  /** int8-static: how the range of an activation is found; `minmax` by default. */
  readonly range?: RangeMethod;
}

/** The forms with what holds where nothing is chosen. */
export function completeForms(forms: MethodForms = {}): Required<MethodForms> {
  const { weightsOnly = false, range = 'minmax', blockSize = 32, symmetric = false } = forms;
  return { weightsOnly, range, blockSize, symmetric };
}
