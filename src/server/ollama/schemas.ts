import { z } from 'zod';

const model = z.string().min(1).describe('Name or alias of a served model');
const ignored = {
  options: z.record(z.string(), z.unknown()).nullish().describe('Accepted and not used'),
  keep_alive: z.union([z.string(), z.number()]).nullish().describe('Accepted and not used'),
};

export const embedRequest = z.object({
  model,
  input: z
    .union([z.string(), z.array(z.string())], { error: 'must be a string or a list of strings' })
    .nullish()
    .describe('Without a text, or with an empty one, there are no vectors'),
  truncate: z.boolean().nullish().describe('Whether over-long inputs are cut; true by default'),
  dimensions: z.int().nullish(),
  ...ignored,
});
export const embedResponse = z.object({
  model: z.string(),
  embeddings: z.array(z.array(z.number())),
  total_duration: z.int().describe('Nanoseconds'),
  load_duration: z.int().describe('Nanoseconds'),
  prompt_eval_count: z.int().describe('Tokens'),
});

export const embeddingsRequest = z.object({ model, prompt: z.string(), ...ignored });
export const embeddingsResponse = z.object({ embedding: z.array(z.number()) });

export const showRequest = z.object({
  model: model.optional(),
  name: model.optional(),
  verbose: z.boolean().nullish(),
});

const details = z.object({
  parent_model: z.string(),
  format: z.string(),
  family: z.string(),
  families: z.array(z.string()),
  parameter_size: z.string(),
  quantization_level: z.string(),
});
const listed = z.object({
  name: z.string(),
  model: z.string(),
  modified_at: z.string(),
  size: z.int(),
  digest: z.string(),
  details,
});
export const tagsResponse = z.object({ models: z.array(listed) });
export const psResponse = z.object({
  models: z.array(
    listed.omit({ modified_at: true }).extend({ expires_at: z.string(), size_vram: z.int(), context_length: z.int() }),
  ),
});
export const showResponse = z.object({
  modelfile: z.string(),
  parameters: z.string(),
  template: z.string(),
  details,
  model_info: z.record(z.string(), z.union([z.string(), z.number()])),
  capabilities: z.array(z.string()),
  modified_at: z.string(),
});

export const errorResponse = z.object({ error: z.string() });
