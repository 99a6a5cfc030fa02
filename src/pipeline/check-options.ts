import { OctavecError } from '../base/index.js';
import type { MethodName } from '../methods/index.js';
import type { QuantizeOptions } from './quantize-options.js';

const calibrated: readonly MethodName[] = ['int8', 'int8-static', 'q8', 'q4', 'auto'];

/** Methods that cannot do without calibration texts, and how many they need. */
const fewestTexts: Readonly<Partial<Record<MethodName, number>>> = { 'int8-static': 1, auto: 3 };

/** Fewer texts have no neighbours to compare. */
const fewestProofTexts = 3;

interface OwnedOption {
  /** As the command line calls it. */
  readonly name: string;
  readonly of: (options: QuantizeOptions) => unknown;
  readonly methods: readonly MethodName[];
}

/** Options that not all methods know, and the methods that do. */
const ownedOptions: readonly OwnedOption[] = [
  { name: '--calibration', of: ({ calibration }) => calibration || undefined, methods: calibrated },
  { name: '--calibration-table', of: ({ calibrationTable }) => calibrationTable, methods: calibrated },
  { name: '--target-cosine-p1', of: ({ auto }) => auto?.targetCosineP1, methods: ['auto'] },
  { name: '--target-overlap', of: ({ auto }) => auto?.targetOverlap, methods: ['auto'] },
  { name: '--max-loss', of: ({ auto }) => auto?.maxLoss, methods: ['auto'] },
  { name: '--for', of: ({ auto }) => auto?.purpose, methods: ['auto'] },
  { name: '--weights-only', of: ({ forms }) => forms?.weightsOnly, methods: ['fp16'] },
  { name: '--range', of: ({ forms }) => forms?.range, methods: ['int8-static'] },
  { name: '--block-size', of: ({ forms }) => forms?.blockSize, methods: ['q4'] },
  { name: '--symmetric', of: ({ forms }) => forms?.symmetric, methods: ['q4'] },
];

/** Can any of the methods make use of calibration texts? */
export function isCalibrated(to: readonly MethodName[]): boolean {
  return to.some((method) => calibrated.includes(method));
}

/**
 * Finds out before the long work what cannot go well, and what would be without effect.
 *
 * @throws USAGE
 */
export function checkOptions(options: QuantizeOptions): void {
  const { to, texts, calibration, calibrationTable } = options;
  if (to.length === 0) {
    throw new OctavecError('USAGE', { problem: 'It is not said what to make', hint: 'Add --to int8, for example.' });
  }
  for (const { name, of, methods } of ownedOptions) {
    if (of(options) !== undefined && !methods.some((method) => to.includes(method))) {
      const owners = methods.join(', ');
      const problem = `${name} belongs to ${owners}, and ${to.join(', ')} is what is to be made`;
      throw new OctavecError('USAGE', {
        problem,
        hint: `Leave it out, or make ${methods.length > 1 ? 'one of them' : owners}.`,
      });
    }
  }
  if (calibration === false && calibrationTable !== undefined) {
    const problem = 'A calibration table is of no use without calibration';
    throw new OctavecError('USAGE', { problem, hint: 'Leave out one of the two.' });
  }
  if (texts !== undefined && texts.texts.length < fewestProofTexts) {
    const problem = `${texts.source} holds ${countOf(texts.texts)}, too few to compare variants on`;
    throw new OctavecError('USAGE', { problem, hint: `Give ${fewestProofTexts} at least.` });
  }
  checkCalibration(options);
}

function checkCalibration({ to, calibration }: QuantizeOptions): void {
  if (calibration !== undefined && calibration !== false && calibration.texts.length === 0) {
    const problem = `${calibration.source} holds no texts to calibrate with`;
    throw new OctavecError('USAGE', { problem, hint: "Give some, or leave it out for octavec's." });
  }
  const given = calibration === false ? [] : calibration?.texts;
  for (const method of to) {
    const fewest = fewestTexts[method] ?? 0;
    if (given !== undefined && given.length < fewest) {
      throw new OctavecError('USAGE', {
        problem: `${method} cannot be made without ${fewest > 1 ? `${fewest} ` : ''}calibration texts`,
        hint: 'Leave --no-calibration out or give more texts, or make int8, which finds its scales when it runs.',
      });
    }
  }
}

function countOf({ length }: readonly string[]): string {
  return length === 1 ? '1 text' : `${length} texts`;
}
