import { OctavecError } from '../base/index.js';
import type { RunMeasurement } from '../benchmark/index.js';
import { type Evidence, failuresAsText } from '../evaluate/index.js';
import type { MethodName, SensitivityReport } from '../methods/index.js';
import type { SizeChoice } from './size-budget.js';

/** What became of one variant. */
export interface VariantOutcome {
  /** Name of the method. */
  readonly method: MethodName;
  /** The file that was written. */
  readonly path: string;
  /** false: the gate refused it, or another was chosen below a size, and it was not written. */
  readonly published: boolean;
  /** What was measured, and the verdict. */
  readonly evidence: Evidence;
  /** What the user should know, a sentence each. */
  readonly notes: readonly string[];
  /** What `auto` saw of the model; stands beside the variant as `<name>.sensitivity.json`, too. */
  readonly sensitivity?: SensitivityReport;
  /** Seconds for the quantization alone. */
  readonly seconds: number;
}

/** A variant that could not be made, proven or written. */
export interface VariantFailure {
  /** Name of the method. */
  readonly method: MethodName;
  /** The file that was to be written. */
  readonly path: string;
  /** Why there is no variant. */
  readonly error: Error;
}

/** The variants that `quantize` made, and what it measured. */
export interface QuantizeOutcome {
  /** What identifies the original. */
  readonly original: Evidence['original'];
  /** Path of the original's file. */
  readonly originalPath: string;
  /** Speed and memory of the original, where they were measured. */
  readonly originalRun?: RunMeasurement;
  /** The variants that were made. */
  readonly variants: readonly VariantOutcome[];
  /** Which was taken, where a greatest size was given and one fits. */
  readonly choice?: SizeChoice;
  /** What went wrong while others were made; where all went wrong, the first error is thrown. */
  readonly failures: readonly VariantFailure[];
  /** For all of it. */
  readonly seconds: number;
}

/** A variant of whatever kind of model, as far as its verdict goes. */
type JudgedVariant = Pick<VariantOutcome, 'method' | 'path'> & { readonly evidence: Pick<Evidence, 'verdict'> };

/** Makes the error for variants that the gate refused; undefined if all passed, or one was chosen by its size. */
export function gateError({
  variants,
  choice,
}: {
  readonly variants: readonly JudgedVariant[];
  readonly choice?: SizeChoice;
}): OctavecError | undefined {
  if (choice !== undefined) {
    return undefined;
  }
  const refused = variants.find(({ evidence }) => evidence.verdict?.passed === false);
  if (refused?.evidence.verdict === undefined) {
    return undefined;
  }
  const details = { path: refused.path, failures: failuresAsText(refused.evidence.verdict) };
  return new OctavecError(refused.method === 'auto' ? 'TARGET_MISSED' : 'GATE_REFUSED', details);
}
