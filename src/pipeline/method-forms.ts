import { OctavecError } from '../base/index.js';
import type { Q4Form, RangeMethod } from '../quantize/index.js';

/** What single methods let one choose. */
export interface MethodForms extends Q4Form {
  /** fp16: keep only the weights in half precision, and calculate in FP32. */
  readonly weightsOnly?: boolean;
  /** int8-static: how the range of an activation is found; `minmax` by default. */
  readonly range?: RangeMethod;
}

const owners = {
  weightsOnly: 'fp16',
  range: 'int8-static',
  blockSize: 'q4',
  symmetric: 'q4',
} as const satisfies Record<keyof MethodForms, string>;

/** @throws USAGE for a choice that none of the methods knows: it would be without effect */
export function checkForms(forms: MethodForms, to: readonly string[]): void {
  for (const name of Object.keys(owners) as (keyof MethodForms)[]) {
    const owner = owners[name];
    if (forms[name] !== undefined && !to.includes(owner)) {
      throw new OctavecError('USAGE', {
        problem: `${name} belongs to ${owner}, which is not among what is to be made (${to.join(', ')})`,
        hint: `Leave it out, or make ${owner}.`,
      });
    }
  }
}
