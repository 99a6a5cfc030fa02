import { z } from 'zod';
import { OctavecError, reasonOf } from '../base/index.js';
import type { Evidence } from './evidence.js';
import { gateMetricNames } from './gate-metrics.js';

/** JSON has no NaN and no infinity: they are written as null and come back as NaN, which no gate lets pass. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const count = z.number().int().nonnegative();
const sides = z.object({ original: count, candidate: count });
const neighbour = z.object({ index: count, text: z.string().optional(), similarity: figure });

const fidelitySchema = z.object({
  texts: count,
  width: count,
  cosine: z.object({ mean: figure, p50: figure, p1: figure, min: figure }),
  l2: z.object({ mean: figure, max: figure }),
  relativeL2: z.object({ mean: figure, max: figure }),
  similarity: z.object({
    pairs: count,
    meanAbsoluteError: figure,
    bias: figure,
    spearman: figure,
    rankedPairs: count,
  }),
  neighbours: z.object({ texts: count, k: count, topOneAgreement: figure, topKOverlap: figure }),
  nonFinite: sides,
  zero: sides,
  worst: z.array(
    z.object({
      index: count,
      text: z.string().optional(),
      cosine: figure,
      neighboursBefore: z.array(neighbour),
      neighboursAfter: z.array(neighbour),
    }),
  ),
  samples: z.object({ cosines: z.array(figure), similarities: z.array(z.tuple([figure, figure])) }),
});

const gateFailure = z.object({ metric: z.enum(gateMetricNames), figure, limit: z.number(), message: z.string() });

const verdictSchema = z.object({
  gate: z.string(),
  passed: z.boolean(),
  failures: z.array(gateFailure),
  // Files of earlier versions have none.
  undecided: z.array(gateFailure).default([]),
  notMeasured: z.array(z.enum(gateMetricNames)),
});

const file = { name: z.string(), bytes: count, sha256: z.string(), precision: z.string() };
const run = z.object({ textsPerSecond: figure.optional(), peakBytes: figure.optional() });

const taskComparison = z.object({
  task: z.string(),
  kind: z.enum(['sts', 'pair-classification', 'retrieval', 'reranking', 'classification', 'clustering']),
  metric: z.string(),
  main: z.boolean(),
  asymmetric: z.boolean().optional(),
  original: figure,
  candidate: figure,
  difference: figure,
  deviations: z.object({ original: figure, candidate: figure }).optional(),
  interval: z.tuple([figure, figure]).optional(),
  finding: z.enum(['within noise', 'a loss', 'a gain']).optional(),
});

const engine = z.object({
  name: z.string(),
  version: z.string(),
  workers: count,
  threadsPerWorker: count,
  fallback: z.string().optional(),
  device: z.string().optional(),
  deviceFallback: z.string().optional(),
  output: z.object({ name: z.string(), gives: z.string(), reason: z.string() }).optional(),
  pooling: z.string().optional(),
});
const batchEffect = z.object({ texts: count, cosine: z.object({ mean: figure, min: figure }) }).optional();

const evidenceSchema: z.ZodType<Evidence> = z.object({
  schema: z.literal(1),
  tool: z.string(),
  file: z.object(file),
  original: z.object({ ...file, fp32Bytes: count.optional() }),
  recipe: z.unknown().optional(),
  batchEffect,
  engine,
  texts: z.object({
    count,
    sha256: z.string(),
    source: z.string(),
    truncated: count.optional(),
    maxTokens: count.optional(),
    original: z.object({ truncated: count, maxTokens: count }).optional(),
  }),
  fidelity: fidelitySchema,
  alsoOn: z.object({ engine, batchEffect, fidelity: fidelitySchema }).optional(),
  run: run.optional(),
  originalRun: run.optional(),
  tasks: z.array(taskComparison).optional(),
  verdict: verdictSchema.optional(),
});

/**
 * Reads evidence from the text of its file.
 *
 * @param path of the file, for errors
 * @throws CONFIG_INVALID
 */
export function parseEvidence(text: string, path: string): Evidence {
  try {
    return evidenceSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : reasonOf(error);
    throw new OctavecError('CONFIG_INVALID', { path, why }, error);
  }
}
