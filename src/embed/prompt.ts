import { OctavecError } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import type { PromptOptions } from './embed-options.js';

/**
 * Returns the prompt to put before every text: the given one, the model's prompt of the given name, or its default.
 *
 * @throws PROMPT_UNKNOWN, USAGE if text and name are both given
 */
export function resolvePrompt(
  { prompts, defaultPrompt }: Pick<ModelFiles, 'prompts' | 'defaultPrompt'>,
  { prompt, promptName }: PromptOptions,
): string {
  if (prompt !== undefined && promptName !== undefined) {
    throw new OctavecError('USAGE', { problem: 'A prompt and the name of a prompt cannot be given together' });
  }
  const name = promptName ?? defaultPrompt;
  if (prompt !== undefined || name === undefined) {
    return prompt ?? '';
  }
  if (!Object.hasOwn(prompts, name)) {
    throw new OctavecError('PROMPT_UNKNOWN', { name, known: Object.keys(prompts).join(', ') || 'none' });
  }
  return prompts[name];
}
