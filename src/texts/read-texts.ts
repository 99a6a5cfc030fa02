import { openTexts } from './open-texts.js';

/**
 * Reads all texts of a file: one a line, for .jsonl a JSON string or an object with a "text" in each line, or the
 * column "text" of a Parquet file. Empty ones are left out.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, TEXTS_INVALID
 */
export async function readTexts(path: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of (await openTexts(path)).records) {
    if (text !== '') {
      texts.push(text);
    }
  }
  return texts;
}
