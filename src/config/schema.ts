import { z } from 'zod';
import { engineChoices } from '../engine/index.js';
import { gateMetricNames } from '../evaluate/index.js';
import { givenOptions, methodNames, methods } from '../methods/index.js';

const limit = z.number().optional();
const limits = Object.fromEntries(gateMetricNames.map((metric) => [metric, limit])) as Record<
  (typeof gateMetricNames)[number],
  typeof limit
>;

const methodTables = Object.fromEntries(methods.map((method) => [method.id, givenOptions(method).optional()]));

/** Everything that a configuration can say. A key has the name of the option that it stands in for. */
export const configurationSchema = z.strictObject({
  threads: z.int().min(1).optional(),
  engine: z.enum(engineChoices).optional(),
  /** octavec's cache folder. */
  cache: z.string().min(1).optional(),
  texts: z.string().min(1).optional(),
  calibration: z.string().min(1).optional(),
  tasks: z.array(z.string().min(1)).optional(),
  to: z.array(z.enum(methodNames)).min(1).optional(),
  /** Options of single methods, for whenever they are made. */
  methods: z.strictObject(methodTables).optional(),
  /** The name of a preset, or of one of `gates`. */
  gate: z.string().min(1).optional(),
  /** In place of, or besides, those of the gate; held only against what is measured. */
  limits: z.strictObject(limits).optional(),
  /** Gates of one's own, and presets that are to be other than octavec's. */
  gates: z.record(z.string(), z.strictObject({ like: z.string().optional(), ...limits })).optional(),
});

export type Configuration = z.infer<typeof configurationSchema>;

/**
 * The keys that may stand at a place of a configuration: ["gates", "house"] → "like", "cosineMean", … None where a
 * place holds no table.
 */
export function knownKeys(place: readonly PropertyKey[]): string[] {
  let schema: unknown = configurationSchema;
  for (const key of place) {
    const holder = unwrapped(schema);
    schema =
      holder instanceof z.ZodObject ? holder.shape[String(key)] : holder instanceof z.ZodRecord && holder.valueType;
  }
  const table = unwrapped(schema);
  return table instanceof z.ZodObject ? Object.keys(table.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}
