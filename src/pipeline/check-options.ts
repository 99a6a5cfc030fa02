import { counted, OctavecError } from '../base/index.js';
import { type ChosenMethod, chooseMethods } from '../methods/index.js';
import type { QuantizeOptions } from './quantize-options.js';

/** Fewer texts have no neighbours to compare. */
const fewestProofTexts = 3;

/**
 * Finds out before the long work what cannot go well, and what would be without effect.
 *
 * @throws USAGE
 */
export function checkOptions(to: readonly ChosenMethod[], options: Omit<QuantizeOptions, 'to'>): void {
  if (to.length === 0) {
    throw new OctavecError('USAGE', { problem: 'It is not said what to make', hint: 'Add `to: int8`, for example.' });
  }
  const { texts, calibration, calibrationTable } = options;
  if (calibration === false && calibrationTable !== undefined) {
    const problem = 'A calibration table is of no use without calibration';
    throw new OctavecError('USAGE', { problem, hint: 'Leave out one of the two.' });
  }
  if (texts !== undefined && texts.texts.length < fewestProofTexts) {
    const problem = `${texts.source} holds ${counted(texts.texts.length, 'text')}, too few to compare variants on`;
    throw new OctavecError('USAGE', { problem, hint: `Give ${fewestProofTexts} at least.` });
  }
  checkCalibration(to, calibration);
}

function checkCalibration(to: readonly ChosenMethod[], calibration: QuantizeOptions['calibration']): void {
  if (calibration !== undefined && calibration !== false && calibration.texts.length === 0) {
    const problem = `${calibration.source} holds no texts to calibrate with`;
    throw new OctavecError('USAGE', { problem, hint: "Give some, or leave it out for octavec's." });
  }
  const given = calibration === false ? [] : calibration?.texts;
  for (const { id, fewestTexts: fewest } of to) {
    if (given !== undefined && given.length < fewest) {
      throw new OctavecError('USAGE', {
        problem: `${id} cannot be made without ${fewest > 1 ? `${fewest} ` : ''}calibration texts`,
        hint: 'Leave `calibration: false` out or give more texts, or make int8, which finds its scales when it runs.',
      });
    }
  }
}

/**
 * Returns the methods that are asked for, with everything checked that can be wrong before a model is opened.
 *
 * @throws USAGE
 */
export function checkedMethods(options: QuantizeOptions): ChosenMethod[] {
  const to = chooseMethods(options?.to ?? []);
  checkOptions(to, options);
  return to;
}
