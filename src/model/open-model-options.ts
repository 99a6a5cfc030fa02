import {
  checkCount,
  checkFlag,
  checkLocation,
  checkObject,
  checkText,
  type OptionChecks,
  oneOf,
} from '../base/index.js';
import { poolingModes } from './head.js';
import type { ModelOverrides, OpenModelOptions } from './model-files.js';

export const modelOverrideChecks: OptionChecks<ModelOverrides> = {
  tokenizer: checkLocation,
  tokenizerConfig: checkLocation,
  pooling: oneOf(poolingModes),
  normalize: checkFlag,
  maxTokens: checkCount,
  output: checkText,
};

export const openModelOptionChecks: OptionChecks<OpenModelOptions> = {
  ...modelOverrideChecks,
  variant: checkText,
  task: oneOf(['rerank', 'classify']),
  like: checkObject,
};
