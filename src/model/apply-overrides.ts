import { checkChoice, checkCount, checkOptionNames, OctavecError, type OptionNames } from '../base/index.js';
import { type Head, type HeadSource, poolingModes } from './head.js';
import type { ModelOverrides, OpenModelOptions } from './model-files.js';

const openNames: OptionNames<OpenModelOptions> = {
  tokenizer: true,
  pooling: true,
  normalize: true,
  maxTokens: true,
  output: true,
  variant: true,
  like: true,
};

/** @throws USAGE */
export function checkOpenOptions(options: OpenModelOptions): void {
  checkOptionNames('openModelFolder', options, openNames);
  const { tokenizer, pooling, normalize, maxTokens, output, variant } = options;
  checkChoice('pooling', pooling, poolingModes);
  checkCount('maxTokens', maxTokens);
  if (normalize !== undefined && typeof normalize !== 'boolean') {
    throw new OctavecError('USAGE', {
      problem: `The option normalize is ${String(normalize)}, and must be true or false`,
    });
  }
  for (const [name, value] of Object.entries({ tokenizer, output, variant })) {
    if (value !== undefined && typeof value !== 'string') {
      throw new OctavecError('USAGE', { problem: `The option ${name} is ${typeof value}, and must be a string` });
    }
  }
}

/** What a folder says of the head, with what the caller says otherwise. */
export function overriddenHead(
  head: Head,
  source: HeadSource,
  { pooling, normalize = head.normalize }: ModelOverrides,
): { readonly head: Head; readonly headSource: HeadSource } {
  if (pooling === undefined) {
    return { head: { ...head, normalize }, headSource: source };
  }
  return { head: { ...head, pooling: [pooling], normalize }, headSource: { kind: 'option', name: 'as asked for' } };
}

/** @throws USAGE if the model has positions for fewer tokens than are asked for */
export function overriddenLimit(limit: number, positions: number | undefined, asked: number | undefined): number {
  if (asked !== undefined && positions !== undefined && asked > positions) {
    throw new OctavecError('USAGE', {
      problem: `${asked} tokens are asked for, and the model has positions for ${positions}`,
      hint: `Take ${positions} at most.`,
    });
  }
  return asked ?? limit;
}
