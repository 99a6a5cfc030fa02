import { join } from 'node:path';
import { readJsonFile } from './json-file.js';
import {
  anything,
  fields,
  flag,
  ifRight,
  listOf,
  mapOf,
  maybe,
  number,
  type Shape,
  text,
  wholeNumber,
} from './json-shapes.js';

/** -1 and null stand for "none" in configurations; so do numbers that are none, in fields that octavec can do without. */
const count = above(0, wholeNumber);
const optionalCount = ifRight(count);

const modelConfig = fields({
  model_type: maybe(text),
  pad_token_id: above(-1, wholeNumber),
  max_position_embeddings: count,
  position_embedding_type: ifRight(text),
  rope_theta: ifRight(number),
  rotary_emb_base: ifRight(number),
  _name_or_path: ifRight(text),
  architectures: ifRight(listOf(text)),
  id2label: ifRight(mapOf(anything)),
  problem_type: ifRight(text),
  sentence_transformers: ifRight(fields({ activation_fn: maybe(text) })),
  sbert_ce_default_activation_function: ifRight(text),
  vocab_size: optionalCount,
  hidden_size: optionalCount,
  dim: optionalCount,
  d_model: optionalCount,
  n_embd: optionalCount,
  text_config: ifRight(fields({ hidden_size: optionalCount })),
});

export type ModelConfig = ReturnType<typeof modelConfig>;

const sentenceConfig = fields({ max_seq_length: count, do_lower_case: maybe(flag) });

// Transformers writes 1e30 where a tokenizer has no limit.
const tokenizerConfig = fields({ model_max_length: above(0, number) });

/** Reads a number above a bound; undefined for those below, for null and for nothing. */
function above(bound: number, shape: Shape<number>): Shape<number | undefined> {
  return (it) => {
    const found = maybe(shape)(it);
    return found !== undefined && found > bound ? found : undefined;
  };
}

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

/** Reads config.json of transformers; undefined if there is none. */
export function readModelConfig(folder: string): Promise<ModelConfig | undefined> {
  return readJsonFile(join(folder, 'config.json'), modelConfig);
}

export interface InputLimits {
  readonly maxTokens: number;
  /** Rows of the table of positions that a text can use; undefined where nothing bounds it. */
  readonly positions?: number;
  readonly lowerCase: boolean;
}

/**
 * Reads the longest input in tokens: sentence-transformers' `max_seq_length`, else the smallest of the tokenizer's
 * `model_max_length`, the model's positions and what is known of the model, else 512. It is never more than there are
 * positions.
 *
 * @param folder where tokenizer and configuration of the encoder stand
 * @param known what is known of the model
 * @throws CONFIG_INVALID, FILE_NOT_READABLE
 */
export async function readInputLimits(
  folder: string,
  config: ModelConfig | undefined,
  known: number = unlimited,
  tokenizerConfigPath: string = join(folder, 'tokenizer_config.json'),
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
  const tokenizer = await readJsonFile(tokenizerConfigPath, tokenizerConfig);
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

async function readSentenceConfig(folder: string): Promise<ReturnType<typeof sentenceConfig> | undefined> {
  for (const name of sentenceConfigNames) {
    const config = await readJsonFile(join(folder, name), sentenceConfig);
    if (config !== undefined) {
      return config;
    }
  }
  return undefined;
}
