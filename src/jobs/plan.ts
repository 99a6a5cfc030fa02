import { createHash } from 'node:crypto';
import { z } from 'zod';
import { OctavecError, reasonOf } from '../base/index.js';
import { storedTypes } from '../bulk/index.js';
import { overLongPolicies } from '../embed/index.js';
import { textFormats } from '../texts/index.js';

const count = z.int().nonnegative();
const range = z.tuple([count, count]);

const inputSchema = z.strictObject({
  /** A path or an address: where it lies. */
  store: z.string(),
  key: z.string(),
  /** Bytes. */
  size: count,
  /** What it had for an entity tag when the plan was made. */
  etag: z.string(),
});

const shardSchema = z.strictObject({
  /** Which of the inputs. */
  input: count,
  part: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('lines'), bytes: range, linesBefore: count }),
    z.strictObject({ kind: z.literal('groups'), groups: range }),
    z.strictObject({ kind: z.literal('whole') }),
  ]),
  rows: count,
});

const planSchema = z.strictObject({
  format: z.literal(1),
  inputs: z.array(inputSchema).min(1),
  /** How texts are read from them. */
  texts: z.strictObject({
    format: z.enum(textFormats).optional(),
    field: z.string().optional(),
    lossy: z.boolean().optional(),
  }),
  shards: z.array(shardSchema).min(1),
  /** As it was named; each worker finds it by this, and holds what it finds against `settings`. */
  model: z.string(),
  variant: z.string().optional(),
  engine: z.enum(['onnxruntime', 'native', 'native-bf16', 'static']),
  vectors: z.strictObject({
    type: z.enum(storedTypes),
    dimensions: z.int().positive().optional(),
    prompt: z.string().optional(),
    promptName: z.string().optional(),
    overLong: z.enum(overLongPolicies).optional(),
    overlap: count.optional(),
    /** For `int8` and `uint8`: what the numbers are steps of. */
    ranges: z.strictObject({ least: z.array(z.number()), greatest: z.array(z.number()) }).optional(),
  }),
  /** What makes the vectors what they are. */
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Rows that may be without a vector in the end. */
  maxQuarantined: count,
});

/** What is to be done: immutable, so that everybody who reads it at any time does the same. */
export type Plan = Readonly<z.infer<typeof planSchema>>;
export type PlannedShard = Plan['shards'][number];

/** Formats a plan as it is stored, always with the same bytes. */
export function planText(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 1)}\n`;
}

/** Names a plan by its content: 12 hexadecimal digits. */
export function planId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * Reads a plan.
 *
 * @param name of its file, for errors
 * @throws JOB_PLAN_INVALID
 */
export function parsePlan(text: string, name: string): Plan {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new OctavecError('JOB_PLAN_INVALID', { name, why: `it is not JSON (${reasonOf(error)})` }, error);
  }
  const parsed = planSchema.safeParse(content);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new OctavecError('JOB_PLAN_INVALID', { name, why: `${path.join('.') || 'all of it'}: ${message}` });
  }
  const outside = parsed.data.shards.find(({ input }) => input >= parsed.data.inputs.length);
  if (outside !== undefined) {
    throw new OctavecError('JOB_PLAN_INVALID', {
      name,
      why: `a shard is of input ${outside.input}, which is not there`,
    });
  }
  return parsed.data;
}

/** Counts the rows of all shards together. */
export function rowsOf({ shards }: Pick<Plan, 'shards'>): number {
  return shards.reduce((sum, { rows }) => sum + rows, 0);
}
