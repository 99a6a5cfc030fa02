import { readFile } from 'node:fs/promises';
import { readJsonFile } from './json-file.js';
import { fields, ifRight, text } from './json-shapes.js';

const tokenizerConfig = fields({ truncation_side: ifRight(text) });

/** The block of tokenizer.json, which holds no other braces; a token of the vocabulary has a number behind it. */
const truncationBlock = /"truncation"\s*:\s*\{([^{}]*)\}/;

/**
 * Returns `left` for a tokenizer that cuts the beginning of over-long texts: by `truncation_side` of
 * tokenizer_config.json, else by the direction in tokenizer.json, as in transformers. Returns undefined for all others,
 * which cut the end.
 *
 * @param configPath of tokenizer_config.json
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readTruncationSide(configPath: string, tokenizerPath: string): Promise<'left' | undefined> {
  const config = await readJsonFile(configPath, tokenizerConfig);
  const named = config?.truncation_side;
  if (named === 'left' || named === 'right') {
    return named === 'left' ? named : undefined;
  }
  // Not parsed: vocabularies of some ten megabytes would stop everything else for as long.
  const json = await readFile(tokenizerPath, 'latin1').catch(() => '');
  return /"direction"\s*:\s*"left"/i.test(truncationBlock.exec(json)?.[1] ?? '') ? 'left' : undefined;
}
