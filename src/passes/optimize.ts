import { keysOf, OctavecError } from '../base/index.js';
import { foldConstants, foldShapes, removeDeadNodes } from '../graph/index.js';
import type { OnnxModel } from '../onnx/index.js';
import { straightenGelu } from './gelu-chain.js';
import { fuseLayerNorm } from './layer-norm-fusion.js';
import { removeNoOps } from './no-ops.js';
import { keepResidualsApart } from './residual-sum.js';
import { divideByRoots } from './rms-norm-quotient.js';

/**
 * Passes that pay in ONNX Runtime, in the order in which they are applied (bench/graph-passes.mjs measures each). What
 * did not pay has no pass: one MatMul for q, k and v (1 to 5 % slower, in FP32 and INT8) and MultiHeadAttention (no
 * faster).
 */
const passes = {
  constants: foldConstants,
  'no-ops': removeNoOps,
  shapes: (model: OnnxModel) => foldConstants(foldShapes(model)),
  'layer-norm': fuseLayerNorm,
  'rms-norm': divideByRoots,
  gelu: straightenGelu,
  residuals: keepResidualsApart,
} as const satisfies Record<string, (model: OnnxModel) => OnnxModel>;

/** The name of a pass. */
export type GraphPass = keyof typeof passes;

/** The names of all passes, in the order in which they are applied. */
export const graphPasses: readonly GraphPass[] = keysOf(passes);

/** Options of {@link optimize}. */
export interface OptimizeOptions {
  /** Passes to leave out. */
  readonly without?: readonly GraphPass[];
}

/**
 * Returns the model in a form that ONNX Runtime loads and runs faster, and that methods find more in. Results differ
 * by rounding only (1e-5); twice is once. A pass that a model does not allow (it would need a newer opset, and a node
 * cannot be converted) is left out.
 *
 * @example
 * ```ts
 * const faster = optimize(await readModel('model.onnx'), { without: ['gelu'] });
 * ```
 */
export function optimize(model: OnnxModel, { without = [] }: OptimizeOptions = {}): OnnxModel {
  let current = model;
  for (const name of graphPasses.filter((pass) => !without.includes(pass))) {
    try {
      current = passes[name](current);
    } catch (error) {
      if (!(error instanceof OctavecError && error.code === 'ONNX_UNSUPPORTED')) {
        throw error;
      }
    }
  }
  return removeDeadNodes(current);
}
