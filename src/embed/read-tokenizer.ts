import { readFile } from 'node:fs/promises';
import type { Tokenizer } from 'tokenizers';

/**
 * Loads tokenizer.json. A BERT normalizer lower-cases or not as it is told: transformers makes it anew from
 * tokenizer_config.json where the two contradict each other.
 */
export async function readTokenizer(path: string, lowerCase: boolean | undefined): Promise<Tokenizer> {
  const { Tokenizer } = await import('tokenizers');
  if (lowerCase === undefined) {
    return Tokenizer.fromFile(path);
  }
  const json: unknown = JSON.parse(await readFile(path, 'utf8'));
  const { normalizer } = (json ?? {}) as { normalizer?: { type?: unknown; lowercase?: unknown } | null };
  if (normalizer?.type !== 'BertNormalizer' || normalizer.lowercase === lowerCase) {
    return Tokenizer.fromFile(path);
  }
  normalizer.lowercase = lowerCase;
  return Tokenizer.fromString(JSON.stringify(json));
}
