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
  const given = await readFile(path, 'utf8');
  const json: unknown = JSON.parse(given);
  return lowerCased(json, lowerCase) ? Tokenizer.fromString(JSON.stringify(json)) : Tokenizer.fromString(given);
}

/** Reads tokenizer.json, with the same change. */
export async function readTokenizerJson(path: string, lowerCase: boolean | undefined): Promise<unknown> {
  const json: unknown = JSON.parse(await readFile(path, 'utf8'));
  lowerCased(json, lowerCase);
  return json;
}

/** Has a BERT normalizer lower-case, or not. @returns whether that is a change */
function lowerCased(json: unknown, lowerCase: boolean | undefined): boolean {
  const { normalizer } = (json ?? {}) as { normalizer?: { type?: unknown; lowercase?: unknown } | null };
  if (lowerCase === undefined || normalizer?.type !== 'BertNormalizer' || normalizer.lowercase === lowerCase) {
    return false;
  }
  normalizer.lowercase = lowerCase;
  return true;
}
