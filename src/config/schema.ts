import { z } from 'zod';
import { methodNames } from '../base/index.js';
import { engineChoices } from '../engine/index.js';
import { gateMetricNames } from '../evaluate/index.js';
import { givenOptions, methods } from '../methods/index.js';
import { deviceSchema, embeddingSchema, hubSchema } from './embedding-schema.js';
import { serverSchema } from './server-schema.js';

const limit = z.number().optional();
const limits = Object.fromEntries(gateMetricNames.map((metric) => [metric, limit])) as Record<
  (typeof gateMetricNames)[number],
  typeof limit
>;

const methodTables = Object.fromEntries(methods.map((method) => [method.id, givenOptions(method).optional()]));

/** Everything that a configuration can say. A key has the name of the option that it stands in for. */
export const configurationSchema = z.strictObject({
  threads: z.int().min(1).optional().describe('threads of the run time; all commands but `inspect`'),
  engine: z
    .enum(engineChoices)
    .optional()
    .describe(
      `what runs models: ${engineChoices.map((name) => `\`${name}\``).join(', ')}; \`embed\`, \`evaluate\`, \`verify\`, \`compare\``,
    ),
  cache: z
    .string()
    .min(1)
    .optional()
    .describe('cache folder; vectors of tasks are kept in `embeddings` in it; `evaluate`, `verify`, `compare`'),
  texts: z
    .string()
    .min(1)
    .optional()
    .describe('file of texts to compare on; `quantize`, `quantize-all`, `verify`, `compare`'),
  calibration: z
    .string()
    .min(1)
    .optional()
    .describe('file of texts to calibrate with, where a method can use them; `quantize`, `quantize-all`'),
  tasks: z
    .array(z.string().min(1))
    .optional()
    .describe('`--task`: tasks to evaluate; in the environment with commas; `evaluate`, `verify`, `compare`'),
  to: z
    .array(z.enum(methodNames))
    .min(1)
    .optional()
    .describe('methods; in the environment with commas; `quantize`, `quantize-all`'),
  methods: z
    .strictObject(methodTables)
    .optional()
    .describe('options of single methods, for whenever they are made; `quantize`, `quantize-all`'),
  gate: z
    .string()
    .min(1)
    .optional()
    .describe('name of a preset or of one of `gates`; `quantize`, `quantize-all`, `verify`, `compare`'),
  limits: z
    .strictObject(limits)
    .optional()
    .describe(
      'limits besides those of the gate, as `cosineP1=0.98,speedUp=1.5` in the environment; held only against what is measured',
    ),
  embedding: embeddingSchema
    .optional()
    .describe('what an application embeds with: `Embedder.fromConfig`, and `embed` without a model'),
  hub: hubSchema.optional().describe('the Hugging Face hub: `endpoint`, `cache`, `offline`'),
  models: z
    .strictObject({
      aliases: z.record(z.string(), z.string().min(1)).optional(),
      folders: z.array(z.string().min(1)).optional(),
      names: z.string().min(1).optional(),
    })
    .optional()
    .describe(
      '`aliases = { house = "BAAI/bge-small-en-v1.5" }`: names of your own for models; `folders`: where model folders stand, for `models` and for bare names; `names`: a template for names of files, as `{family}[-v{version}][-{precision}].onnx`',
    ),
  device: deviceSchema.optional().describe('where `push` brings models: `app`, `to`'),
  server: serverSchema.optional().describe('what `serve` serves, and how: its options in camel case'),
  gates: z
    .record(z.string(), z.strictObject({ like: z.string().optional(), ...limits }))
    .optional()
    .describe("gates of your own, and presets that differ from octavec's"),
});

/** A configuration as read: `octavec.toml`, `config.toml` and environment variables in one. */
export type Configuration = z.infer<typeof configurationSchema>;

/**
 * Lists the keys that may stand at a place of a configuration: ["gates", "house"] → "like", "cosineMean", … The list is
 * empty where a place holds no table.
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
