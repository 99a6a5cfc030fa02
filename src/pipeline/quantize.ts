import { checkOptions as checkOptionTypes, type Location, maybePathOf, pathOf } from '../base/index.js';
import { checkWritable } from '../files/index.js';
import type { ChosenMethod } from '../methods/index.js';
import { optimize } from '../passes/index.js';
import { openOriginal, openProof } from '../proof/index.js';
import { checkQuantizable, selectParts } from '../quantize/index.js';
import { openCalibration } from './calibration.js';
import { checkedMethods } from './check-options.js';
import { type StagedConfiguration, stageConfiguration } from './configuration.js';
import { finishCandidates } from './finish-candidates.js';
import { quantizeOptionChecks } from './option-checks.js';
import { outputPaths } from './output-paths.js';
import { modelOverrides, type QuantizeOptions } from './quantize-options.js';
import type { QuantizeOutcome } from './quantize-outcome.js';
import { attempt, makeCandidate, type Work } from './staged-candidate.js';
import { Steps } from './steps.js';

/**
 * Makes variants of a model: the main job. Quantizes, loads what was written, compares it with the original and publishes what
 * the gate lets pass, with its evidence beside it. The original is never changed, and what was refused leaves nothing.
 * What fails with one variant does not stop the others: see `failures`.
 *
 * @throws USAGE, ALREADY_QUANTIZED, NOTHING_TO_QUANTIZE, OUTPUT_NOT_WRITABLE, DISK_FULL, OUTPUT_IS_SOURCE, CANCELLED,
 *   CALIBRATION_MISMATCH, SIZE_MISSED, and what opening and running the model throws
 *
 * @example
 * ```ts
 * const { variants } = await quantize('./all-MiniLM-L6-v2', { to: ['int8'] });
 * for (const { path, published, evidence } of variants) {
 *   console.log(path, published, evidence.fidelity.cosine.mean);
 * }
 * ```
 */
export async function quantize(model: Location, options: QuantizeOptions): Promise<QuantizeOutcome> {
  checkOptionTypes(options, quantizeOptionChecks);
  const path = pathOf('model', model);
  const to = checkedMethods(options);
  return makeVariants(path, to, options);
}

/**
 * Makes variants by methods and options that have been checked.
 *
 * @param nameOf names of the files, by variant, where they are others than the usual ones
 */
export async function makeVariants(
  path: string,
  to: readonly ChosenMethod[],
  given: Omit<QuantizeOptions, 'to'>,
  nameOf?: (variant: string) => string,
): Promise<QuantizeOutcome> {
  const start = performance.now();
  const steps = new Steps(to.length + 2, given.onProgress);
  const options = { ...given, onProgress: steps.onProgress };
  options.onProgress?.({ stage: 'Reading the model', done: 0, total: 1, unit: 'models' });
  const { selection = {}, calibrationTable } = options;
  const output = maybePathOf('output', options.output);
  const table = maybePathOf('calibrationTable', calibrationTable);
  await using original = await openOriginal(path, modelOverrides(options));
  const source = options.optimize === false ? original.model : optimize(original.model);
  const work: Work = { candidates: [], failures: [] };
  let configuration: StagedConfiguration | undefined;
  try {
    checkQuantizable(original.model);
    selectParts(source, selection);
    const place = { path, files: original.files };
    const variants = to.map(({ variant }) => variant);
    const paths = await outputPaths(place, variants, output, nameOf);
    for (const target of table === undefined ? paths : [...paths, table]) {
      await checkWritable(target);
    }
    configuration = await stageConfiguration(place, output);
    // First, so that a model that does not run, or not with this tokenizer, is found out before the long work.
    const { texts, threads, signal, onProgress, onNote } = options;
    const proof = await openProof(original, { texts, threads, signal, onProgress, onNote });
    const calibrated = { source: original.identity.sha256, model: source };
    const calibration = await openCalibration(original.files, calibrated, options);
    const hashes = calibration && { calibration: calibration.texts.hash, search: calibration.search.hash };
    const context = {
      calibration: calibration?.texts,
      selection,
      task: { signal, onProgress },
      wishes: { selection, optimize: options.optimize !== false, gates: options, hashes },
    };
    for (const [i, method] of to.entries()) {
      steps.next();
      const trial = { original, target: paths[i], texts: calibration?.search, gate: method.gateFor(options), threads };
      await attempt(work, { method, path: paths[i] }, async () => {
        work.candidates.push(await makeCandidate(original, source, method, paths[i], { ...context, trial }));
      });
    }
    steps.next();
    const outcome = await finishCandidates(proof, work, options);
    if (outcome.variants.length === 0) {
      throw work.failures[0].error;
    }
    if (outcome.variants.some((variant) => variant.published)) {
      await configuration?.publish();
    }
    return {
      ...outcome,
      original: original.identity,
      originalPath: original.files.onnxPath,
      failures: work.failures,
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    for (const { staged } of work.candidates.toReversed()) {
      await staged.discard();
    }
    await configuration?.discard();
  }
}
