import { z } from 'zod';

const text = z.string().min(1).optional();
const count = z.int().min(1).optional();
const positive = z.number().positive().optional();
const flag = z.boolean().optional();

/** What `octavec serve` can be told: keys have the names of its options. */
export const serverSchema = z.strictObject({
  models: z.array(z.string().min(1)).min(1).optional(),
  aliases: z.record(z.string(), z.string().min(1)).optional(),
  index: z.array(z.string().min(1)).optional(),
  indexWritable: flag,
  variant: text,
  servedModelName: text,
  defaultPromptName: text,
  defaultPrompt: z.string().optional(),
  host: text,
  port: z.int().min(0).max(65535).optional(),
  healthPort: z.int().min(0).max(65535).optional(),
  udsPath: text,
  tlsCert: text,
  tlsKey: text,
  apiKeyFile: text,
  rateLimit: count,
  corsAllowOrigin: z.array(z.string().min(1)).optional(),
  workers: count,
  maxConcurrentRequests: count,
  maxClientBatchSize: count,
  payloadLimit: count,
  requestTimeout: positive,
  memoryBudget: positive,
  unloadAfter: positive,
  cacheSize: positive,
  autoTruncate: flag,
  anyModelName: flag,
  logLevel: z.enum(['error', 'warn', 'info', 'debug']).optional(),
});
