import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './json-file.js';

/** -1 and null stand for "none" in configurations; so do numbers that are none, in fields that octavec can do without. */
const count = z
  .int()
  .nullish()
  .transform((value) => (typeof value === 'number' && value > 0 ? value : undefined));
const optionalCount = count.catch(undefined);

const configSchema = z.object({
  model_type: z.string().nullish(),
  pad_token_id: z
    .int()
    .nullish()
    .transform((id) => (typeof id === 'number' && id >= 0 ? id : undefined)),
  max_position_embeddings: count,
  position_embedding_type: z.string().nullish().catch(undefined),
  rope_theta: z.number().nullish().catch(undefined),
  rotary_emb_base: z.number().nullish().catch(undefined),
  _name_or_path: z.string().nullish().catch(undefined),
  architectures: z.array(z.string()).nullish().catch(undefined),
  id2label: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  sentence_transformers: z.object({ activation_fn: z.string().nullish() }).nullish().catch(undefined),
  sbert_ce_default_activation_function: z.string().nullish().catch(undefined),
  vocab_size: optionalCount,
  hidden_size: optionalCount,
  dim: optionalCount,
  d_model: optionalCount,
  n_embd: optionalCount,
  text_config: z.object({ hidden_size: optionalCount }).nullish().catch(undefined),
});

export type ModelConfig = z.output<typeof configSchema>;

const sentenceConfigSchema = z.object({
  max_seq_length: count,
  do_lower_case: z.boolean().nullish(),
});

// Transformers writes 1e30 where a tokenizer has no limit.
const tokenizerConfigSchema = z.object({
  model_max_length: z
    .number()
    .nullish()
    .transform((limit) => (typeof limit === 'number' && limit > 0 ? limit : undefined)),
});

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

export interface InputLimits {
  readonly maxTokens: number;
  /** Rows of the table of positions that a text can use; undefined where nothing bounds it. */
  readonly positions?: number;
  readonly lowerCase: boolean;
}

/**
 * The longest input in tokens: sentence-transformers' `max_seq_length`, else the smallest of the tokenizer's
 * `model_max_length`, the model's positions and what is known of it, else 512. Never more than there are positions.
 *
 * @param folder where tokenizer and configuration of the encoder stand
 * @param known what is known of the model
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readInputLimits(
  folder: string,
  config: ModelConfig | undefined,
  known: number = unlimited,
  tokenizerConfig: string = join(folder, 'tokenizer_config.json'),
): Promise<InputLimits> {
  const sentence = await readSentenceConfig(folder);
  const lowerCase = sentence?.do_lower_case ?? false;
  const positions = usablePositions(config);
  if (sentence?.max_seq_length !== undefined) {
    const { max_seq_length: asked } = sentence;
    // A rotary encoder has no table that ends.
    const maxTokens = isRotary(config) ? asked : Math.min(asked, positions ?? asked);
    return { maxTokens, positions: isRotary(config) ? undefined : positions, lowerCase };
  }
  const tokenizer = await readJsonFile(tokenizerConfig, tokenizerConfigSchema);
  const limit = Math.min(tokenizer?.model_max_length ?? unlimited, positions ?? unlimited, known);
  const maxTokens = limit < unlimited ? Math.max(1, Math.floor(limit)) : fallback;
  return { maxTokens, positions: isRotary(config) ? undefined : positions, lowerCase };
}

function usablePositions(config: ModelConfig | undefined): number | undefined {
  const positions = config?.max_position_embeddings;
  const unused = offsetPositions.has(config?.model_type ?? '') ? 2 : 0;
  return positions === undefined ? undefined : Math.max(1, positions - unused);
}

function isRotary(config: ModelConfig | undefined): boolean {
  const type = config?.position_embedding_type ?? 'absolute';
  return config?.rope_theta != null || config?.rotary_emb_base != null || /rope|rotary|alibi/i.test(type);
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
