import type { ModelFiles } from '../model/index.js';
import { checkTexts } from './check-texts.js';
import type { TextOptions } from './embed-options.js';
import { tokenizeTexts } from './encode-texts.js';
import { TextTokenizer, type TokenizedTexts } from './text-tokenizer.js';

/**
 * Tokenizes texts as a model gets them (with prompt and special tokens, cut to its longest input), without loading the
 * model.
 *
 * @throws TOKENIZER_INVALID, TEXT_INVALID, TEXT_TOO_LONG, PROMPT_UNKNOWN
 */
export async function tokenizeOnce(
  model: ModelFiles,
  texts: readonly string[],
  options: TextOptions = {},
): Promise<TokenizedTexts> {
  checkTexts(texts);
  const tokenizer = await TextTokenizer.of(model);
  try {
    return await tokenizeTexts({ files: model, tokenizer, freeThreads: () => 1 }, texts, options);
  } finally {
    await tokenizer.close();
  }
}
