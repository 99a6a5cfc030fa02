import { z } from 'zod';

const tokenIds = z.array(z.int().min(0));
const input = z.union([z.string(), tokenIds]);

/** A text, the ids of one, or a list of either. */
export const inputs = z.union([z.string(), z.array(z.string()), tokenIds, z.array(input)], {
  error: 'must be a string, a list of token ids, or a list of such inputs',
});

const direction = z.enum(['Left', 'Right', 'left', 'right']).default('Right');
const truncation = {
  truncate: z.boolean().nullish().describe('Whether over-long inputs are cut; what the server is set to by default'),
  truncation_direction: direction.describe('Which end is cut off'),
  prompt_name: z.string().nullish().describe("Name of one of the model's prompts"),
};

export const embedRequest = z.object({
  inputs,
  ...truncation,
  normalize: z.boolean().default(true).describe('Whether vectors are scaled to length 1'),
  dimensions: z.int().nullish().describe('Length of the vectors, for models that may be cut'),
});
export const embedResponse = z.array(z.array(z.number()));

export const embedAllRequest = z.object({ inputs, ...truncation });
export const embedAllResponse = z.array(z.array(z.array(z.number())));

export const similarityRequest = z.object({
  inputs: z.object({ source_sentence: z.string(), sentences: z.array(z.string()) }),
  parameters: z.object(truncation).nullish(),
});
export const similarityResponse = z.array(z.number());

export const tokenizeRequest = z.object({
  inputs: z.union([z.string(), z.array(z.string())]),
  add_special_tokens: z.boolean().default(true),
  prompt_name: z.string().nullish(),
});
export const tokenizeResponse = z.array(
  z.array(
    z.object({
      id: z.int(),
      text: z.string(),
      special: z.boolean(),
      start: z.int().nullable().describe('Bytes of UTF-8 before the token'),
      stop: z.int().nullable(),
    }),
  ),
);

export const decodeRequest = z.object({
  ids: z.union([tokenIds.min(1), z.array(tokenIds)]),
  skip_special_tokens: z.boolean().default(true),
});
export const decodeResponse = z.array(z.string());

export const rerankRequest = z.object({
  query: z.string(),
  texts: z.array(z.string()),
  truncate: z.boolean().nullish(),
  truncation_direction: direction,
  raw_scores: z.boolean().default(false),
  return_text: z.boolean().default(false),
});
export const rerankResponse = z.array(z.object({ index: z.int(), score: z.number(), text: z.string().optional() }));

export const predictRequest = z.object({
  inputs: z
    .union([z.string(), z.array(z.string()).max(2), z.array(z.array(z.string()).min(1).max(2))], {
      error: 'must be a string, a pair of strings, or a list of lists of one or two strings',
    })
    .describe('A text, a pair of texts, or a list of lists of one or two texts'),
  raw_scores: z.boolean().default(false),
  truncate: z.boolean().nullish(),
  truncation_direction: direction,
});

const prediction = z.object({ score: z.number(), label: z.string() });
export const predictResponse = z.union([z.array(prediction), z.array(z.array(prediction))]);

const classes = z.object({ id2label: z.record(z.string(), z.string()), label2id: z.record(z.string(), z.int()) });

export const infoResponse = z.object({
  model_id: z.string(),
  model_sha: z.string().nullable(),
  model_dtype: z.string(),
  served_model_name: z.string(),
  model_type: z.union([
    z.object({ embedding: z.object({ pooling: z.string() }) }),
    z.object({ reranker: classes }),
    z.object({ classifier: classes }),
  ]),
  max_concurrent_requests: z.int(),
  max_input_length: z.int(),
  max_batch_tokens: z.int(),
  max_batch_requests: z.int().nullable(),
  max_client_batch_size: z.int(),
  auto_truncate: z.boolean(),
  tokenization_workers: z.int(),
  version: z.string(),
  sha: z.string().nullable(),
  docker_label: z.string().nullable(),
});

export const errorResponse = z.object({ error: z.string(), error_type: z.string() });
