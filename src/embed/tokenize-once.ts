import type { ModelFiles } from '../model/index.js';
import { type PromptOptions, resolvePrompt } from './prompt.js';
import { TextTokenizer, type TokenizedTexts } from './text-tokenizer.js';

/**
 * Token ids of texts as a model gets them (prompt and special tokens included, shortened to its longest input),
 * without loading the model.
 *
 * @throws TOKENIZER_INVALID, TEXT_INVALID, PROMPT_UNKNOWN
 */
export async function tokenizeOnce(
  model: ModelFiles,
  texts: readonly string[],
  options: PromptOptions = {},
): Promise<TokenizedTexts> {
  const { tokenizerPath: path, lowerCase, maxTokens, padTokenId } = model;
  const tokenizer = await TextTokenizer.open({ path, lowerCase, maxTokens, padTokenId });
  try {
    return await tokenizer.tokenize(texts, resolvePrompt(model, options));
  } finally {
    await tokenizer.close();
  }
}
