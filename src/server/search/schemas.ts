import { z } from 'zod';
import type { SearchMode } from '../../search/index.js';

const modes = ['hybrid', 'vector', 'text'] as const satisfies readonly SearchMode[];

const indexName = z.string().min(1).optional().describe('Name of an index; the first that is served by default');
const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const documentId = z.string().min(1).max(2000);

export const errorResponse = z.object({
  error: z.object({ code: z.string(), message: z.string(), param: z.string().optional() }),
});

export const searchRequest = z.strictObject({
  query: z.string().min(1).max(100_000),
  index: indexName,
  top: z.int().min(1).max(1000).default(10).describe('Most results'),
  mode: z.enum(modes).default('hybrid').describe('By meaning (vector), by words (text), or both'),
  filter: z.string().max(100_000).optional().describe('lang = "en" and year >= 2020'),
  diversity: z.number().min(0).max(1).default(0).describe('How much results are to differ'),
  explain: z.boolean().default(false).describe('Say how scores came about'),
});

const passage = {
  id: z.string(),
  text: z.string(),
  headings: z.array(z.string()).optional(),
  lines: z.array(z.int()).optional().describe('First and last line in the file'),
  page: z.int().optional(),
};

const explanation = z.object({
  rank: z.int(),
  vector: z.object({ rank: z.int(), cosine: z.number() }).optional(),
  text: z.object({ rank: z.int(), bm25: z.number(), words: z.array(z.string()) }).optional(),
});

export const searchResponse = z.object({
  index: z.string(),
  results: z.array(
    z.object({
      ...passage,
      document: z.string(),
      score: z.number(),
      metadata,
      explanation: explanation.optional(),
    }),
  ),
});

export const indexesResponse = z.object({
  indexes: z.array(
    z.object({
      name: z.string(),
      documents: z.int(),
      passages: z.int(),
      bytes: z.int().optional(),
      model: z.string().optional().describe('Missing while the index is empty'),
      writable: z.boolean(),
    }),
  ),
});

export const documentsRequest = z.strictObject({
  index: indexName,
  documents: z
    .array(z.strictObject({ id: documentId, text: z.string(), metadata: metadata.default({}) }))
    .min(1)
    .max(1000),
});

export const documentsResponse = z.object({
  index: z.string(),
  added: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
});

export const documentParams = z.object({ '*': documentId.describe('Id of a document').meta({ title: 'id' }) });

export const documentQuery = z.object({
  index: indexName,
  from: z.coerce.number().int().min(0).default(0).describe('Passages to pass over'),
  count: z.coerce.number().int().min(1).max(1000).default(100).describe('Most passages'),
});

export const documentResponse = z.object({
  index: z.string(),
  id: z.string(),
  metadata,
  passages: z.array(z.object(passage)),
  total: z.int().describe('Passages that the document has'),
});

export const removeQuery = z.object({ index: indexName });
export const removeResponse = z.object({ index: z.string(), removed: z.int() });
