import { maybePathOf } from '../base/index.js';
import {
  type CalibratedModel,
  type CalibrationTexts,
  emptyMemory,
  readCalibrationTable,
  writeCalibrationTable,
} from '../calibration/index.js';
import { tokenizeOnce } from '../embed/index.js';
import { calibrationTexts } from '../evaluate/index.js';
import { textsHash } from '../files/index.js';
import type { CalibrationHashes, SearchTexts } from '../methods/index.js';
import type { ModelFiles } from '../model/index.js';
import { evenlySpaced } from '../numbers/index.js';

import type { QuantizeOptions } from './quantize-options.js';

/** How many of octavec's own texts are calibrated with: more were measured to change nothing. */
const calibrationCount = 128;

type CalibrationOptions = Pick<QuantizeOptions, 'calibration' | 'calibrationTable'>;

/** Texts to calibrate with, and texts that a search measures with: of octavec's own there are more. */
interface ChosenTexts {
  readonly calibrating: readonly string[];
  readonly searching: readonly string[];
}

/** Chooses the texts to calibrate and search with; undefined if calibration is not wanted. */
async function chosenTexts({ calibration }: CalibrationOptions): Promise<ChosenTexts | undefined> {
  if (calibration === false) {
    return undefined;
  }
  if (calibration !== undefined) {
    return { calibrating: calibration.texts, searching: calibration.texts };
  }
  const all = await calibrationTexts();
  const calibrating = evenlySpaced(all.length, calibrationCount).map((i) => all[i]);
  return { calibrating, searching: all };
}

export async function calibrationHashes(options: CalibrationOptions): Promise<CalibrationHashes | undefined> {
  const texts = await chosenTexts(options);
  return texts && { calibration: textsHash(texts.calibrating), search: textsHash(texts.searching) };
}

export interface Calibration {
  readonly texts: CalibrationTexts;
  readonly search: SearchTexts;
}

/**
 * Returns the texts as token ids, or those of the calibration table with what was seen of them. A table is written at
 * once, and again whenever something was seen: an interruption loses none of it.
 *
 * @throws what reading and writing the table and tokenizing throw
 */
export async function openCalibration(
  files: ModelFiles,
  calibrated: CalibratedModel,
  options: CalibrationOptions,
): Promise<Calibration | undefined> {
  const chosen = await chosenTexts(options);
  if (chosen === undefined) {
    return undefined;
  }
  const { calibrationTable, calibration } = options;
  const table = maybePathOf('calibrationTable', calibrationTable);
  const hash = textsHash(chosen.calibrating);
  const known = table && (await readCalibrationTable(table, calibrated, calibration === undefined ? undefined : hash));
  const seen = known || { tokens: await tokenizeOnce(files, chosen.calibrating), hash, memory: emptyMemory() };
  const keep = table === undefined ? undefined : () => writeCalibrationTable(table, calibrated, seen);
  if (!known) {
    await keep?.();
  }
  // A search goes by the texts of the calibration, whoever chose them; only octavec's own are a choice from more.
  const hasMore = chosen.searching !== chosen.calibrating && seen.hash === hash;
  const search = hasMore
    ? { tokens: await tokenizeOnce(files, chosen.searching), hash: textsHash(chosen.searching) }
    : seen;
  return { texts: { ...seen, keep }, search };
}
