import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenizeOnce } from '../embed/index.js';
import type { TokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import type { StudentTokenizer } from './student-tokenizer.js';

/** Tokenizes texts as the static model will. */
export async function studentTokens(
  folder: string,
  { json }: StudentTokenizer,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<TokenBatch> {
  const tokenizerPath = join(folder, 'tokenizer.json');
  await writeFile(tokenizerPath, JSON.stringify(json));
  const files: ModelFiles = {
    ...{ onnxPath: folder, tokenizerPath, staticReading: 'model2vec', maxTokens: 512, lowerCase: false, padTokenId: 0 },
    ...{ prompts: {}, head: { pooling: ['mean'], includePrompt: true, dense: [], normalize: true } },
  };
  return tokenizeOnce(files, texts, { signal });
}
