import { z } from 'zod';

const types = ['float', 'int8', 'uint8', 'binary', 'ubinary', 'base64'] as const;

export const embedRequest = z.object({
  model: z.string().nullish().describe('Name or alias of a served model; the first one by default'),
  texts: z.array(z.string()).nullish(),
  inputs: z
    .array(z.object({ content: z.array(z.object({ type: z.literal('text'), text: z.string() })).min(1) }))
    .nullish()
    .describe('Texts in parts; images are not taken'),
  input_type: z.string().nullish().describe('search_document, search_query, classification, clustering'),
  embedding_types: z.array(z.enum(types)).min(1).nullish().describe('float by default'),
  output_dimension: z.int().min(1).nullish(),
  truncate: z.enum(['NONE', 'START', 'END']).nullable().default('END'),
  max_tokens: z.int().nullish().describe('Accepted and not used'),
});
export type EmbeddingType = (typeof types)[number];

export const embedResponse = z.object({
  response_type: z.literal('embeddings_by_type'),
  id: z.string(),
  embeddings: z.record(z.string(), z.union([z.array(z.array(z.number())), z.array(z.string())])),
  texts: z.array(z.string()),
  meta: z.object({ api_version: z.object({ version: z.string() }), billed_units: z.object({ input_tokens: z.int() }) }),
});

export const rerankRequest = z.object({
  model: z.string().nullish().describe('Name or alias of a served model; the first one that ranks by default'),
  query: z.string(),
  documents: z.array(z.union([z.string(), z.object({ text: z.string() })])),
  top_n: z.int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
});
export const rerankResponse = z.object({
  id: z.string(),
  model: z.string(),
  results: z.array(
    z.object({ index: z.int(), relevance_score: z.number(), document: z.object({ text: z.string() }).optional() }),
  ),
  usage: z.object({ total_tokens: z.int() }),
  meta: z.object({ api_version: z.object({ version: z.string() }), billed_units: z.object({ search_units: z.int() }) }),
});

export const errorResponse = z.object({ message: z.string() });
