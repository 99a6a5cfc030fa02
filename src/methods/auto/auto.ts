import { createHash } from 'node:crypto';
import { OctavecError } from '../../base/index.js';
import { textsOfBatch, tokenBatch } from '../../engine/index.js';
import type { Evidence } from '../../evaluate/index.js';
import { evenlySpaced } from '../../numbers/index.js';
import type { OnnxModel } from '../../onnx/index.js';
import { applyMix, type Mix, type MixPrecision, mixMaterial, mixPrecisions } from '../../quantize/index.js';
import { defineMethod } from '../define-method.js';
import type { MethodContext, MethodResult } from '../method.js';
import { targetGate, usedAllowance } from './goal.js';
import { MeasurementFile } from './measurement-file.js';
import { MixSearcher } from './mix-searcher.js';
import { type AutoOptions, autoOptions } from './options.js';
import { type SearchFindings, sensitivityPath } from './sensitivity-report.js';

/** Texts of the search at most. */
const mostTexts = 512;

/** Share of what the goal allows that a mix may use up on the texts of the search: others are a little different. */
const firstLimit = 0.93;

/** After the proof refused a mix, the next one is aimed at this share of what is allowed. */
const aim = 0.97;

/** How often a search goes on after the proof refused what it found. */
const mostImprovements = 3;

/**
 * Chooses a mix of precisions, searched for each model: the smallest, or the fastest, that holds its targets.
 *
 * @throws USAGE for an option that it does not know, or that is out of range
 *
 * @example
 * ```ts
 * await quantize('./model', { to: [auto({ targetCosineP1: 0.998, for: 'speed' })] });
 * ```
 */
export const auto = defineMethod({
  id: 'auto',
  variant: 'auto',
  precision: 'mixed',
  gate: 'int8',
  fewestTexts: 3,
  options: autoOptions,
  gateFor: targetGate,
  asked: (options, { gates, hashes }) => ({
    goal: targetGate(options, gates).limits,
    purpose: options.for,
    searchTexts: hashes?.search,
  }),
  apply: searchMix,
});

/**
 * Searches the mix of precisions of least size, or least time, that holds a goal. What parts of the model cost in
 * quality is measured with the real model on the texts of the calibration, as are the mixes. Of the proof only its
 * verdict is seen, and only after a refusal: by how far it missed the goal, the next mix is aimed, three times at most.
 * The figures of a mix that passed after refusals are therefore a little flattering; they are chosen by them.
 *
 * @param source in FP32, with its constants folded
 * @throws USAGE without texts, and what running the model throws
 */
async function searchMix(
  source: OnnxModel,
  { for: purpose }: Pick<AutoOptions, 'for'>,
  context: MethodContext,
): Promise<MethodResult> {
  const { calibration, selection, trial, task } = context;
  if (calibration === undefined || trial.texts === undefined) {
    throw new OctavecError('USAGE', { problem: 'A mix cannot be searched without texts to measure with' });
  }
  const rows = textsOfBatch(trial.texts.tokens);
  const tokens = tokenBatch(evenlySpaced(rows.length, mostTexts).map((row) => rows[row]));
  const conditions = createHash('sha256').update(
    JSON.stringify([trial.texts.hash, calibration.hash, selection.include, selection.exclude]),
  );
  const { sha256 } = trial.original.identity;
  const file = await MeasurementFile.open(sensitivityPath(trial.target), sha256, conditions.digest('hex'));
  const material = await mixMaterial(source, calibration, { ...selection, ...task });
  const searcher = await MixSearcher.open({
    source,
    material,
    file,
    tokens,
    context,
    goal: { gate: trial.gate, purpose },
  });

  const search = async (limit: number, improvements: number): Promise<MethodResult> => {
    const found = await searcher.search(limit);
    const report = await file.finish(found.findings);
    const improve = async (refused: Evidence): Promise<MethodResult | undefined> => {
      const used = usedAllowance(refused, trial.gate);
      // Refused for something else than its fidelity, or the best there is already: nothing more careful would help.
      if (used <= 1 || !found.findings.met || improvements === 0) {
        return undefined;
      }
      return search((found.usedAllowance * aim) / used, improvements - 1);
    };
    return {
      model: applyMix(source, found.mix, material),
      chosen: { mix: partsByPrecision(found.mix) },
      notes: found.findings.met ? [] : [shortfall(found.findings)],
      sensitivity: report,
      improve,
    };
  };
  return search(firstLimit, mostImprovements);
}

function partsByPrecision(mix: Mix): Partial<Record<MixPrecision, string[]>> {
  const used = mixPrecisions.filter((precision) => [...mix.values()].includes(precision));
  return Object.fromEntries(
    used.map((precision) => [precision, [...mix].filter(([, own]) => own === precision).map(([id]) => id)]),
  );
}

function shortfall({ tried, limits }: SearchFindings): string {
  const least = limits.sizeReduction === undefined ? '' : ` and is ${limits.sizeReduction} times smaller`;
  return `no mix holds the goal${least} on the texts of the search; of ${tried.length} that were tried this is the nearest`;
}
