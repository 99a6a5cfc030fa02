import { z } from 'zod';
import { searchModes } from '../search/index.js';

/**
 * What the two tools take and give. Names and shapes are those that OpenAI's assistants ask of a server for research
 * (`search` gives `results` of `id`, `title` and `url`; `fetch` gives `id`, `title`, `text`, `url` and `metadata`), with more beside.
 */

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));

const place = {
  headings: z.array(z.string()).optional().describe('headings above the passage, the outermost first'),
  lines: z.array(z.int().positive()).length(2).optional().describe('first and last line in the file'),
  page: z.int().positive().optional(),
};

export const searchInput = z.strictObject({
  query: z.string().trim().min(1).max(10_000).describe('what is asked, in plain language or as key words'),
  top: z.int().min(1).max(50).default(10).describe('most results'),
  filter: z
    .string()
    .max(10_000)
    .optional()
    .describe('only documents with these metadata: lang = "en" and year >= 2020; document like "docs/guide/%"'),
  mode: z
    .enum(searchModes)
    .default('hybrid')
    .describe('by meaning (vector), by words (text: for names, codes and exact terms), or both (hybrid)'),
});

export const searchOutput = z.object({
  results: z.array(
    z.object({
      id: z.string().describe('give it to fetch'),
      title: z.string(),
      url: z.string(),
      text: z.string(),
      score: z.number().describe('higher is better; of the same search alone'),
      document: z.string().describe('id of the whole document; give it to fetch to read from its beginning'),
      ...place,
      metadata,
    }),
  ),
});

export const fetchInput = z.strictObject({
  id: z.string().min(1).max(10_000).describe('id of a result, or of a whole document'),
  neighbours: z.int().min(0).max(50).default(1).describe('passages before and after that of a result'),
});

export const fetchOutput = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  url: z.string(),
  document: z.string(),
  ...place,
  previous: z.string().optional().describe('id of the passage before the text'),
  next: z.string().optional().describe('id of the passage behind the text: fetch it to read on'),
  metadata,
});

export type SearchInput = z.output<typeof searchInput>;
export type SearchOutput = z.output<typeof searchOutput>;
export type FetchInput = z.output<typeof fetchInput>;
export type FetchOutput = z.output<typeof fetchOutput>;
