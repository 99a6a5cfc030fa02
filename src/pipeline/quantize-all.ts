import {
  checkOptions as checkOptionTypes,
  checkText,
  type Location,
  OctavecError,
  type OptionChecks,
  pathOf,
  reasonOf,
} from '../base/index.js';
import { convertedCopy } from '../convert/index.js';
import { failuresAsText, judge } from '../evaluate/index.js';
import { textsHash } from '../files/index.js';
import type { MethodWishes } from '../methods/index.js';
import { type ModelFiles, nameTemplate, openModelFolder } from '../model/index.js';
import { asksForSpeed, conventionsHash, fileIdentity, proofTextsOf } from '../proof/index.js';
import { modelGraph } from '../static/index.js';
import { batchNames } from './batch-names.js';
import type { BatchItem, BatchOutcome } from './batch-outcome.js';
import { outputFolderOf, type PlannedVariant, planBatch } from './batch-plan.js';
import { calibrationHashes } from './calibration.js';
import { checkedMethods } from './check-options.js';
import { type FoundModel, findModels } from './find-models.js';
import { variantChecks } from './option-checks.js';
import { checkNotSource } from './output-paths.js';
import { makeVariants } from './quantize.js';
import { modelOverrides, type VariantOptions } from './quantize-options.js';
import { isReranker } from './rerank/is-reranker.js';
import { upToDateEvidence } from './up-to-date.js';

/** How `quantizeAll` makes variants of many models. */
export interface QuantizeAllOptions extends VariantOptions {
  /** A folder in which variants get the places that their models have in the folder. Beside the models by default. */
  readonly output?: string;
  /** A template for names of files, such as `AVA-ONX-{dimensions}-{family}[-v{version}][-{precision}].onnx`. */
  readonly names?: string;
  /** Make what is up to date again, and publish what the gate refuses, too. */
  readonly force?: boolean;
}

const optionChecks: OptionChecks<QuantizeAllOptions> = { ...variantChecks, output: checkText, names: checkText };

/**
 * Makes variants of every model in a folder and below. Variants that are there already and up to date are left as they
 * are; what fails with one model does not stop the others, nor does a folder that cannot be read. Originals are never changed.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, MODEL_NOT_FOUND, USAGE, CANCELLED. What goes wrong with a single model is
 *   in the outcome: see `batchError`
 *
 * @example
 * ```ts
 * const { items } = await quantizeAll('./models', { to: ['int8'], output: './small' });
 * for (const { model, method, status } of items) {
 *   console.log(model, method, status);
 * }
 * ```
 */
export async function quantizeAll(root: Location, options: QuantizeAllOptions): Promise<BatchOutcome> {
  checkOptionTypes(options, optionChecks);
  const folder = pathOf('folder', root);
  const start = performance.now();
  const to = checkedMethods(options);
  const wanted = await wantedVariants(options);
  const template = options.names === undefined ? undefined : nameTemplate(options.names);
  const found = await findModels(folder, { except: options.output, template, signal: options.signal });
  const { models, variants, unreadable } = found;
  if (models.length === 0 && variants.length === 0 && unreadable.length === 0) {
    throw new OctavecError('MODEL_NOT_FOUND', { path: folder, looked: 'model folders and *.onnx, in it and below' });
  }
  const items: BatchItem[] = [];
  const names = template && (await batchNames(models, template));
  const plans = planBatch(models, to, options.output, names);
  for (const [i, [model, planned]] of [...plans].entries()) {
    const { onProgress } = options;
    const prefix = `Model ${i + 1} of ${models.length}, ${model.name}`;
    const named =
      onProgress &&
      ((event: Parameters<typeof onProgress>[0]) => onProgress({ ...event, stage: `${prefix}: ${event.stage}` }));
    const nameOf = names && ((variant: string) => names(model, variant));
    const done = await quantizeOne(model, planned, wanted, { ...options, onProgress: named }, nameOf);
    items.push(...to.flatMap(({ id }) => done.filter(({ method }) => method === id)));
  }
  return { folder, items, variants, unreadable, seconds: secondsSince(start) };
}

/** Names of a model's files by variant. */
type VariantNames = (variant: string) => string;

/** What is the same for all models. */
interface Wanted {
  readonly wishes: MethodWishes;
  readonly proofTexts: string;
}

async function wantedVariants(options: QuantizeAllOptions): Promise<Wanted> {
  const wishes = {
    selection: options.selection ?? {},
    optimize: options.optimize !== false,
    gates: options,
    hashes: await calibrationHashes(options),
  };
  return { wishes, proofTexts: textsHash((await proofTextsOf(options.texts)).texts) };
}

async function quantizeOne(
  model: FoundModel,
  planned: readonly PlannedVariant[],
  wanted: Wanted,
  options: QuantizeAllOptions,
  nameOf: VariantNames | undefined,
): Promise<BatchItem[]> {
  const start = performance.now();
  const items: BatchItem[] = [];
  const left: PlannedVariant[] = [];
  const fail = (variants: readonly PlannedVariant[], error: unknown): void => {
    items.push(...variants.map((variant) => unsuccessful(model, variant, error, start)));
  };
  let source = model.path;
  try {
    // Weights without an ONNX file are converted into the cache; variants stand with the model.
    const { signal, onProgress } = options;
    source = (model.isFolder && (await convertedCopy(model.path, { signal, onProgress }))?.folder) || model.path;
    if (await isReranker(source, modelOverrides(options))) {
      const reason = `it scores pairs of texts: make its variants with "octavec quantize ${model.path}"`;
      const skipped = { model: model.name, status: 'skipped', reason } as const;
      return planned.map(({ method, path }) => ({ ...skipped, method: method.id, path, seconds: secondsSince(start) }));
    }
    const files = await openModelFolder(source, modelOverrides(options));
    for (const variant of planned) {
      const error = variant.refusal ?? (await checkNotSource(variant.path, files).catch((reason: unknown) => reason));
      if (error === undefined) {
        left.push(variant);
      } else {
        fail([variant], error);
      }
    }
    items.push(...(options.force || left.length === 0 ? [] : await upToDateItems(model, files, left, wanted, options)));
  } catch (error) {
    const settled = items.map(({ method }) => method);
    fail(
      planned.filter(({ method }) => !settled.includes(method.id)),
      error,
    );
    return items;
  }
  const missing = left.filter(({ method }) => !items.some((item) => item.method === method.id));
  return missing.length === 0 ? items : [...items, ...(await makeItems(model, source, missing, options, nameOf))];
}

async function upToDateItems(
  model: FoundModel,
  files: ModelFiles,
  planned: readonly PlannedVariant[],
  { wishes, proofTexts }: Wanted,
  options: QuantizeAllOptions,
): Promise<BatchItem[]> {
  const { sha256: source } = await fileIdentity(await modelGraph(files), 'fp32');
  const wanted = { source, conventions: await conventionsHash(files), wishes, proofTexts };
  const items: BatchItem[] = [];
  for (const { method, path } of planned) {
    const start = performance.now();
    const evidence = await upToDateEvidence(path, { ...wanted, method });
    const gate = method.gateFor(options);
    const bench = options.bench ?? asksForSpeed(gate);
    if (evidence !== undefined && (!bench || evidence.run !== undefined)) {
      const verdict = judge(evidence, gate);
      const status = verdict.passed ? 'up to date' : 'refused';
      const reason = verdict.passed ? undefined : failuresAsText(verdict);
      const item = { model: model.name, method: method.id, path, seconds: secondsSince(start) };
      items.push({ ...item, status, reason, evidence: { ...evidence, verdict } });
    }
  }
  return items;
}

/**
 * Makes all variants of a model in one go, so that the original is embedded only once.
 *
 * @param source what they are made of: the model, or what was converted from it
 */
async function makeItems(
  model: FoundModel,
  source: string,
  planned: readonly PlannedVariant[],
  options: QuantizeAllOptions,
  nameOf: VariantNames | undefined,
): Promise<BatchItem[]> {
  const start = performance.now();
  const to = planned.map(({ method }) => method);
  const plannedFor = (id: BatchItem['method']) => planned.find(({ method }) => method.id === id) as PlannedVariant;
  try {
    const output = outputFolderOf(model, options.output) ?? (source === model.path ? undefined : model.path);
    const { variants, failures } = await makeVariants(source, to, { ...options, output }, nameOf);
    const made = variants.map(
      ({ method, path, published, evidence, seconds }): BatchItem => ({
        model: model.name,
        method,
        status: published ? 'made' : 'refused',
        path,
        evidence,
        reason: evidence.verdict?.passed === false ? failuresAsText(evidence.verdict) : undefined,
        seconds,
      }),
    );
    return [...made, ...failures.map(({ method, error }) => unsuccessful(model, plannedFor(method), error, start))];
  } catch (error) {
    return planned.map((variant) => unsuccessful(model, variant, error, start));
  }
}

/** Errors that say that there is nothing to do with a file, rather than that something is wrong with it. */
const skipping: ReadonlySet<string> = new Set([
  'ALREADY_QUANTIZED',
  'NOTHING_TO_QUANTIZE',
  'OUTPUT_IS_SOURCE',
  'ARCHITECTURE_UNKNOWN',
]);

function unsuccessful(
  { name }: FoundModel,
  { method, path }: PlannedVariant,
  error: unknown,
  start: number,
): BatchItem {
  throwIfEnded(error);
  const status = error instanceof OctavecError && skipping.has(error.code) ? 'skipped' : 'failed';
  return { model: name, method: method.id, status, path, reason: reasonOf(error), seconds: secondsSince(start) };
}

/** Throws what ends the whole call. */
function throwIfEnded(error: unknown): void {
  if (error instanceof OctavecError && error.code === 'CANCELLED') {
    throw error;
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
