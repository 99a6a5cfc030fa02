import { optimize } from '../graph/index.js';
import { checkQuantizable, selectParts } from '../quantize/index.js';
import { autoGoal } from './auto/goal.js';
import { openCalibration } from './calibration.js';
import { makeCandidate, type Reference } from './candidate.js';
import { checkOptions } from './check-options.js';
import { type StagedConfiguration, stageConfiguration } from './configuration.js';
import { finishCandidates } from './finish-candidates.js';
import { completeForms } from './method-forms.js';
import { methods } from './methods.js';
import { type Original, openOriginal } from './original.js';
import { outputPaths } from './output-paths.js';
import { proofTextsOf } from './proof-texts.js';
import { embedOnce } from './prove.js';
import type { QuantizeOptions } from './quantize-options.js';
import type { QuantizeOutcome } from './quantize-outcome.js';
import { checkWritable } from './staging.js';
import { attempt, type Work } from './work.js';

/**
 * The main job: makes variants of a model, loads what was written, compares it with the original and publishes what
 * the gate lets pass, with its evidence beside it. The original is never changed, and what was refused leaves nothing.
 * What fails with one variant does not stop the others: see `failures`.
 *
 * @throws USAGE, ALREADY_QUANTIZED, NOTHING_TO_QUANTIZE, OUTPUT_NOT_WRITABLE, DISK_FULL, OUTPUT_IS_SOURCE, CANCELLED,
 *   CALIBRATION_MISMATCH, and what opening and running the model throws
 */
export async function quantizeModel(path: string, options: QuantizeOptions): Promise<QuantizeOutcome> {
  const distinct = { ...options, to: [...new Set(options.to)] };
  checkOptions(distinct);
  return makeVariants(path, distinct);
}

/** The same for options that have been checked. */
export async function makeVariants(path: string, options: QuantizeOptions): Promise<QuantizeOutcome> {
  const start = performance.now();
  const { to, selection = {}, calibrationTable: table } = options;
  const goal = autoGoal(options.auto, options);
  const original = await openOriginal(path, { tokenizer: options.tokenizer });
  const source = options.optimize === false ? original.model : optimize(original.model);
  const work: Work = { candidates: [], failures: [] };
  let configuration: StagedConfiguration | undefined;
  try {
    checkQuantizable(original.model);
    selectParts(source, selection);
    const place = { path, files: original.files };
    const variants = to.map((name) => methods[name].variant);
    const paths = await outputPaths(place, variants, options.output);
    for (const target of table === undefined ? paths : [...paths, table]) {
      await checkWritable(target);
    }
    configuration = await stageConfiguration(place, options.output);
    // First, so that a model that does not run, or not with this tokenizer, is found out before the long work.
    const reference = await embedReference(original, options);
    const calibrated = { source: original.identity.sha256, model: source };
    const calibration = await openCalibration(original.files, calibrated, options);
    const forms = completeForms(options.forms);
    const hashes = calibration && { calibration: calibration.texts.hash, search: calibration.search.hash };
    const context = {
      calibration: calibration?.texts,
      selection,
      forms,
      task: { signal: options.signal, onProgress: options.onProgress },
      wishes: { selection, forms, optimize: options.optimize !== false, goal, hashes },
    };
    for (const [i, method] of to.entries()) {
      const trial = { original, target: paths[i], texts: calibration?.search, goal, threads: options.threads };
      await attempt(work, { method, path: paths[i] }, async () => {
        work.candidates.push(await makeCandidate(original, source, method, paths[i], { ...context, trial }, options));
      });
    }
    const outcome = await finishCandidates(original, work, reference, options);
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
    await original.close();
  }
}

async function embedReference(original: Original, options: QuantizeOptions): Promise<Reference> {
  const texts = await proofTextsOf(options);
  const { threads, signal, onProgress } = options;
  const { vectors } = await embedOnce(original.runnable, 'the original', texts, { threads, signal, onProgress });
  return { texts, vectors };
}
