import { z } from 'zod';

/** How vectors are kept for the first pass; float32 is always kept beside the others. */
export const vectorKinds = ['float32', 'float16', 'int8', 'binary'] as const;
/** Number types in which a store can keep the vectors that it scans. */
export type VectorKind = (typeof vectorKinds)[number];

/**
 * The kinds of vectors that a store keeps, the usual one first, and how their first pass is made good where nobody says: `exact`, or
 * so many times as many candidates as are wanted.
 */
export type VectorKinds = Readonly<Partial<Record<VectorKind, 'exact' | number>>>;

const model = z.object({
  /** What names it from every folder: a name of the hub, that of the embedded model's package, or an absolute path. */
  name: z.string(),
  /** The way from the index's folder to a model that stands beside it, so that both can be moved together. */
  beside: z.string().optional(),
  revision: z.string().optional(),
  variant: z.string().optional(),
  dimensions: z.int().positive(),
  /** Stands before a document, and before a question. */
  documentPrompt: z.string(),
  queryPrompt: z.string(),
  /** Vectors of fixed sentences: another model gives others, a variant of the same model nearly the same. */
  probes: z.array(z.array(z.number())),
});

const chunking = z.union([z.literal('none'), z.object({ tokens: z.int().positive(), overlap: z.int().nonnegative() })]);

/** What an index says of itself. */
export const indexManifest = z.object({
  format: z.literal(1),
  tool: z.string(),
  model,
  chunking,
  vectors: z.enum(vectorKinds),
  /** Files and folders that documents came from. */
  sources: z.array(z.object({ name: z.string(), path: z.string(), beside: z.string().optional() })),
});

/** What an index says of itself. */
export type IndexManifest = z.infer<typeof indexManifest>;
export type IndexedModel = IndexManifest['model'];
