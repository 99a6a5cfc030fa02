import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { mixPrecisions } from '../../quantize/index.js';
import { type PartSensitivity, type RoleSensitivity, sensitivityPath } from './sensitivity-report.js';

/** What quantizing the parts of a model costs, as far as `auto` measured it. */
export interface KnownSensitivity {
  readonly roles: readonly RoleSensitivity[];
  readonly parts: readonly PartSensitivity[];
}

const precision = z.enum(mixPrecisions);
const distance = z.partialRecord(precision, z.number().nonnegative());
const reportSchema = z.object({
  findings: z.object({
    roles: z.array(z.object({ role: z.string(), parts: z.number(), parameters: z.number(), distance })),
    parts: z.array(
      z.object({
        id: z.string(),
        role: z.string(),
        parameters: z.number(),
        distance,
        measured: z.array(precision),
        chosen: precision,
      }),
    ),
  }),
});

/** Reads what stands beside a variant; undefined where nothing does, or not what is expected: the report does without. */
export async function readSensitivity(variantPath: string): Promise<KnownSensitivity | undefined> {
  const text = await readFile(sensitivityPath(variantPath), 'utf8').catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  try {
    return reportSchema.parse(JSON.parse(text)).findings;
  } catch {
    return undefined;
  }
}
