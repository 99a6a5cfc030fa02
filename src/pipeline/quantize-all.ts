import { dirname, join } from 'node:path';
import { OctavecError, reasonOf, type TaskOptions } from '../base/index.js';
import { type Evidence, failuresAsText, type GateChoice, judge } from '../evaluate/index.js';
import { openModelFolder } from '../model/index.js';
import { readModel } from '../onnx/index.js';
import { autoGoal } from './auto/goal.js';
import { fileIdentity } from './file-identity.js';
import { type FoundModel, findModels } from './find-models.js';
import { gateFor, type MethodName, methods } from './methods.js';
import { outputPaths } from './output-paths.js';
import { type QuantizeOptions, quantizeModel } from './quantize-model.js';
import { upToDateEvidence } from './up-to-date.js';

export interface QuantizeAllOptions
  extends TaskOptions,
    GateChoice,
    Pick<QuantizeOptions, 'to' | 'tokenizer' | 'auto' | 'threads'> {
  /** A folder in which variants get the places that their models have in the folder. Beside the models by default. */
  readonly output?: string;
  /** Make what is up to date again, and publish what the gate refuses, too. */
  readonly force?: boolean;
}

/** What became of one variant of one model. */
export interface BatchItem {
  /** The model's way from the folder. */
  readonly model: string;
  readonly method: MethodName;
  readonly status: 'made' | 'up to date' | 'refused' | 'skipped' | 'failed';
  /** Where the variant stands, or would. */
  readonly path?: string;
  /** Of what was made, refused or is up to date; judged by the gate of this call. */
  readonly evidence?: Evidence;
  /** Why it was refused, skipped or failed. */
  readonly reason?: string;
  readonly seconds: number;
}

export interface BatchOutcome {
  readonly folder: string;
  readonly items: readonly BatchItem[];
  /** Files that were left alone because they are variants by their names. */
  readonly variants: readonly string[];
  readonly seconds: number;
}

/**
 * Makes variants of every model in a folder and below. Variants that are there already and up to date are left as they
 * are; what fails with one model does not stop the others. Originals are never changed.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, MODEL_NOT_FOUND, USAGE, CANCELLED. What goes wrong with a single model is
 *   in the outcome: see {@link batchError}
 */
export async function quantizeAll(folder: string, options: QuantizeAllOptions): Promise<BatchOutcome> {
  const start = performance.now();
  const { models, variants } = await findModels(folder, { except: options.output, signal: options.signal });
  if (models.length === 0 && variants.length === 0) {
    throw new OctavecError('MODEL_NOT_FOUND', { path: folder, looked: 'model folders and *.onnx, in it and below' });
  }
  const items: BatchItem[] = [];
  for (const [i, model] of models.entries()) {
    const { onProgress } = options;
    const prefix = `Model ${i + 1} of ${models.length}, ${model.name}`;
    items.push(
      ...(await quantizeOne(model, {
        ...options,
        onProgress: onProgress && ((event) => onProgress({ ...event, stage: `${prefix}: ${event.stage}` })),
      })),
    );
  }
  return { folder, items, variants, seconds: secondsSince(start) };
}

async function quantizeOne(model: FoundModel, options: QuantizeAllOptions): Promise<BatchItem[]> {
  const start = performance.now();
  let known: readonly BatchItem[];
  try {
    known = options.force ? [] : await upToDateItems(model, options);
  } catch (error) {
    return options.to.map((method) => unsuccessful(model, method, error, start));
  }
  const missing = options.to.filter((method) => !known.some((item) => item.method === method));
  const made = missing.length === 0 ? [] : await makeItems(model, missing, options);
  const items = [...known, ...made];
  return options.to.flatMap((method) => items.filter((item) => item.method === method));
}

async function upToDateItems(model: FoundModel, options: QuantizeAllOptions): Promise<BatchItem[]> {
  const { onnxPath, ...files } = await openModelFolder(model.path, { tokenizer: options.tokenizer });
  const source = { path: model.path, files: { ...files, onnxPath } };
  const variants = options.to.map((method) => methods[method].variant);
  const paths = await outputPaths(source, variants, outputOf(model, options));
  const { sha256 } = await fileIdentity(await readModel(onnxPath), 'fp32');
  const goal = autoGoal(options.auto, options);
  const items: BatchItem[] = [];
  for (const [i, method] of options.to.entries()) {
    const start = performance.now();
    const evidence = await upToDateEvidence(paths[i], { method, source: sha256, goal });
    const gate = gateFor(method, goal, options);
    const isMeasured = gate.limits.speedUp === undefined || evidence?.run !== undefined;
    if (evidence !== undefined && isMeasured) {
      const verdict = judge(evidence, gate);
      const status = verdict.passed ? 'up to date' : 'refused';
      const reason = verdict.passed ? undefined : failuresAsText(verdict);
      const item = { model: model.name, method, path: paths[i], seconds: secondsSince(start) };
      items.push({ ...item, status, reason, evidence: { ...evidence, verdict } });
    }
  }
  return items;
}

/** All variants in one go, as the original is then embedded once; where that fails, each for itself. */
async function makeItems(
  model: FoundModel,
  to: readonly MethodName[],
  options: QuantizeAllOptions,
): Promise<BatchItem[]> {
  const start = performance.now();
  try {
    const outcome = await quantizeModel(model.path, { ...options, to, output: outputOf(model, options) });
    return outcome.variants.map(({ method, path, published, evidence, seconds }) => ({
      model: model.name,
      method,
      status: published ? 'made' : 'refused',
      path,
      evidence,
      reason: evidence.verdict?.passed === false ? failuresAsText(evidence.verdict) : undefined,
      seconds,
    }));
  } catch (error) {
    if (to.length === 1) {
      return [unsuccessful(model, to[0], error, start)];
    }
    throwIfEnded(error);
    const items: BatchItem[] = [];
    for (const method of to) {
      items.push(...(await makeItems(model, [method], options)));
    }
    return items;
  }
}

function outputOf({ name, isFolder }: FoundModel, { output }: QuantizeAllOptions): string | undefined {
  return output && join(output, isFolder ? name : dirname(name));
}

/** Errors that say that a file is not for quantizing, rather than that something is wrong with it. */
const skipping: ReadonlySet<string> = new Set(['ALREADY_QUANTIZED', 'NOTHING_TO_QUANTIZE']);

function unsuccessful({ name, path }: FoundModel, method: MethodName, error: unknown, start: number): BatchItem {
  throwIfEnded(error);
  const status = error instanceof OctavecError && skipping.has(error.code) ? 'skipped' : 'failed';
  return { model: name, method, status, path, reason: reasonOf(error), seconds: secondsSince(start) };
}

/** What ends the whole call. */
function throwIfEnded(error: unknown): void {
  if (error instanceof OctavecError && error.code === 'CANCELLED') {
    throw error;
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

/** The error for a folder in which something failed or, if nothing did, was refused; undefined if all went well. */
export function batchError({ folder, items }: BatchOutcome): OctavecError | undefined {
  const failed = items.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    const [{ model, method, reason = '' }] = failed;
    const first = `${model} (${method}): ${reason}`;
    return new OctavecError('BATCH_FAILED', { folder, failed: failed.length, total: items.length, first });
  }
  const refused = items.filter(({ status }) => status === 'refused');
  if (refused.length === 0) {
    return undefined;
  }
  const [{ path = folder, reason = '' }] = refused;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
  return new OctavecError('GATE_REFUSED', { path: `${path}${more}`, failures: reason });
}
