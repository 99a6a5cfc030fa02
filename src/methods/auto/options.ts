import { z } from 'zod';

/** What the mix shall be least of: bytes of the file, or seconds. */
export const autoPurposes = ['size', 'speed'] as const;
export type AutoPurpose = (typeof autoPurposes)[number];

const share = 'a number above 0, at most 1';
const loss = 'a number from 0 to below 1';

/** What a user asks of `auto`. Several targets must all be held. */
export const autoOptions = z.strictObject({
  targetCosineP1: z
    .number()
    .gt(0, share)
    .max(1, share)
    .optional()
    .describe("hold this 1st percentile of cosines to the original's vectors (default: 0.995)"),
  targetOverlap: z
    .number()
    .gt(0, share)
    .max(1, share)
    .optional()
    .describe('keep this share of the ten nearest neighbours'),
  maxLoss: z.number().min(0, loss).lt(1, loss).optional().describe('lose at most this on average, as 1 − cosine'),
  for: z.enum(autoPurposes).default('size').describe('make it the smallest or the fastest'),
});

export type AutoOptions = z.output<typeof autoOptions>;
