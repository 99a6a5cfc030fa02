import { entry } from './error-entry.js';

/** Errors of quality. */
export const qualityErrors = {
  BATCH_FAILED: entry<{ folder: string; failed: number; total: number; first: string }>(
    1,
    500,
    (d) => `${d.failed} of ${d.total} variants of the models in ${d.folder} could not be made. The first: ${d.first}.`,
  ),
  VARIANT_UNUSABLE: entry<{ path: string; failed: number; total: number; first: string }>(
    1,
    422,
    (d) => `${d.failed} of ${d.total} variants of ${d.path} could not be measured. The first: ${d.first}.`,
  ),
  GATE_REFUSED: entry<{ path: string; failures: string }>(
    3,
    422,
    (d) => `The quality gate refused ${d.path}: ${d.failures}.`,
  ),
  TARGET_MISSED: entry<{ path: string; failures: string }>(
    3,
    422,
    (d) =>
      `No mix of precisions was found that holds the target. The nearest, ${d.path}: ${d.failures}. Ask for less, or write it with \`force\`.`,
  ),
  SIZE_MISSED: entry<{ path: string; most: string; smallest: string; hint: string }>(
    3,
    422,
    (d) => `No variant of ${d.path} has ${d.most} or less: the smallest is ${d.smallest}. ${d.hint}`,
  ),
  NOT_COMPARABLE: entry<{ why: string; hint?: string }>(
    1,
    400,
    (d) =>
      `The two models cannot be compared: ${d.why}. ${d.hint ?? 'Compare a candidate with the original that it was made from; models of other kinds are compared by tasks: `octavec compare`.'}`,
  ),
} as const;
