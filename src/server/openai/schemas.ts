import { z } from 'zod';

/** Ids of tokens. */
const tokenIds = z.array(z.int().min(0)).min(1);

/** OpenAI's bounds. */
const mostInputs = 2048;

/** What a client has no value for may be null as well as missing: some send every field (LiteLLM `encoding_format`). */
export const embeddingsRequest = z.object({
  input: z
    .union(
      [z.string(), z.array(z.string()).min(1).max(mostInputs), tokenIds, z.array(tokenIds).min(1).max(mostInputs)],
      {
        error: `must be a string, a list of 1 to ${mostInputs} strings, a list of token ids, or a list of such lists`,
      },
    )
    .describe('Texts, or token ids, to embed'),
  model: z.string().nullish().describe('Name or alias of a served model; the first one by default'),
  encoding_format: z.enum(['float', 'base64']).nullable().default('float'),
  dimensions: z.int().min(1).nullish().describe('Length of the vectors, for models that may be cut'),
  user: z.string().nullish().describe('Accepted and not used'),
  input_type: z
    .string()
    .nullish()
    .describe("What the texts are: query, document, passage, search_query, … Chooses the model's prompt"),
  truncate: z
    .union([z.boolean(), z.enum(['NONE', 'START', 'END', 'none', 'start', 'end'])])
    .nullish()
    .describe('Whether over-long inputs are cut; what the server is set to by default'),
});

export const embeddingsResponse = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      object: z.literal('embedding'),
      index: z.int(),
      embedding: z.union([z.array(z.number()), z.string()]).describe('Numbers, or base64 of little-endian float32'),
    }),
  ),
  model: z.string(),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

export const modelParams = z.object({ '*': z.string().min(1).describe('Name or alias; it may have slashes') });

export const modelObject = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});

export const errorResponse = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
