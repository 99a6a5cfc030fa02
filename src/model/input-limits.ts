import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './json-file.js';

const tokenCount = z.int().positive();

const configSchema = z.object({
  model_type: z.string().optional(),
  pad_token_id: z.union([z.int().nonnegative(), z.null()]).optional(),
  max_position_embeddings: tokenCount.nullish(),
});

export type ModelConfig = z.output<typeof configSchema>;

const sentenceConfigSchema = z.object({
  max_seq_length: tokenCount.nullish(),
  do_lower_case: z.boolean().nullish(),
});

// Transformers writes 1e30 where a tokenizer has no limit.
const tokenizerConfigSchema = z.object({ model_max_length: z.number().positive().nullish() });

/** The name of today and those that sentence-transformers used before version 0.4. */
const sentenceConfigNames = [
  'sentence_bert_config.json',
  'sentence_roberta_config.json',
  'sentence_distilbert_config.json',
  'sentence_camembert_config.json',
  'sentence_albert_config.json',
  'sentence_xlm-roberta_config.json',
  'sentence_xlnet_config.json',
];

/** Architectures whose position table begins behind the padding id, so that two positions are never used. */
const offsetPositions = new Set(['roberta', 'xlm-roberta', 'xlm-roberta-xl', 'camembert', 'mpnet', 'longformer']);

/** A limit that no encoder reaches: larger numbers mean "no limit". */
const unlimited = 1e9;
const fallback = 512;

/** config.json of transformers; undefined if there is none. */
export function readModelConfig(folder: string): Promise<ModelConfig | undefined> {
  return readJsonFile(join(folder, 'config.json'), configSchema);
}

/**
 * The longest input in tokens: sentence-transformers' `max_seq_length`, else the smaller one of the tokenizer's
 * `model_max_length` and the model's `max_position_embeddings`, else 512.
 *
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readInputLimits(
  folder: string,
  config: ModelConfig | undefined,
): Promise<{ maxTokens: number; lowerCase: boolean }> {
  const sentence = await readSentenceConfig(folder);
  const lowerCase = sentence?.do_lower_case ?? false;
  if (typeof sentence?.max_seq_length === 'number') {
    return { maxTokens: sentence.max_seq_length, lowerCase };
  }
  const tokenizer = await readJsonFile(join(folder, 'tokenizer_config.json'), tokenizerConfigSchema);
  const positions = config?.max_position_embeddings ?? unlimited;
  const usable = offsetPositions.has(config?.model_type ?? '') ? positions - 2 : positions;
  const limit = Math.min(tokenizer?.model_max_length ?? unlimited, usable);
  return { maxTokens: limit < unlimited ? Math.floor(limit) : fallback, lowerCase };
}

async function readSentenceConfig(folder: string): Promise<z.output<typeof sentenceConfigSchema> | undefined> {
  for (const name of sentenceConfigNames) {
    const config = await readJsonFile(join(folder, name), sentenceConfigSchema);
    if (config !== undefined) {
      return config;
    }
  }
  return undefined;
}
