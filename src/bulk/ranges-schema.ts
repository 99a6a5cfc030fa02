import { z } from 'zod';

const schema = z.object({ least: z.array(z.number()), greatest: z.array(z.number()) });

/** Returns the ranges that a file's JSON holds; undefined for anything else. */
export function parseRanges(json: unknown): z.output<typeof schema> | undefined {
  return schema.safeParse(json).data;
}
