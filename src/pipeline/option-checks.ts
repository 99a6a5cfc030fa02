import {
  checkCallback,
  checkCount,
  checkFlag,
  checkLocation,
  checkObject,
  checkTaskOptions,
  checkText,
  listOf,
  nested,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  or,
} from '../base/index.js';
import type { GateChoice } from '../evaluate/index.js';
import { methodNames } from '../methods/index.js';
import { modelOverrideChecks } from '../model/index.js';
import type { ProofTexts } from '../proof/index.js';
import type { QueryTexts } from '../rerank/index.js';
import type { QuantizeOptions, QuantizeRerankerOptions, VariantOptions } from './quantize-options.js';

/** What the options of the main jobs may be, as they come from callers without a type checker. */

const gates: OptionChecks<GateChoice> = {
  gate: checkObject,
  limits: checkObject,
  limitsWhereMeasured: checkObject,
  presets: checkObject,
};

const texts: OptionCheck = nested<ProofTexts>({ texts: listOf(checkText), source: checkText });

/** Of jobs that compare with an original. */
export const comparisonChecks = {
  ...checkTaskOptions,
  ...gates,
  texts,
  tasks: listOf(checkObject),
  ...modelOverrideChecks,
  threads: checkCount,
  cache: or(false, checkText),
  onNote: checkCallback,
};

const { output: _, ...overrides } = modelOverrideChecks;

export const variantChecks: OptionChecks<VariantOptions> = {
  ...overrides,
  modelOutput: checkText,
  onNote: checkCallback,
  ...checkTaskOptions,
  ...gates,
  to: listOf((name, value) =>
    typeof value === 'object' ? checkObject(name, value) : oneOf(methodNames)(name, value ?? null),
  ),
  texts,
  calibration: or(false, texts),
  optimize: checkFlag,
  selection: checkObject,
  force: checkFlag,
  bench: checkFlag,
  threads: checkCount,
};

export const quantizeOptionChecks: OptionChecks<QuantizeOptions> = {
  ...variantChecks,
  output: checkLocation,
  calibrationTable: checkLocation,
  maxSize: checkCount,
};

export const quantizeRerankerOptionChecks: OptionChecks<QuantizeRerankerOptions> = {
  ...quantizeOptionChecks,
  queries: listOf(nested<QueryTexts>({ query: checkText, texts: listOf(checkText) })),
};
