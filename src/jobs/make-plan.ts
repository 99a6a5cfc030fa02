import {
  checkCount,
  checkObject,
  checkOptions,
  checkTaskOptions,
  checkText,
  OctavecError,
  type OptionChecks,
  type TaskOptions,
  throwIfCancelled,
} from '../base/index.js';
import { needsRanges } from '../bulk/index.js';
import type { Embedder } from '../embed/index.js';
import { cutTexts, type TextFileOptions } from '../texts/index.js';
import { type Job, planFile } from './job.js';
import { type Plan, parsePlan, planId, planText, rowsOf } from './plan.js';
import { recipeSettings } from './run-shard.js';
import { asFile } from './shard-source.js';
import { findObjects, openStore } from './storage/open-store.js';
import { readText } from './storage/store.js';

export interface PlanOptions extends TaskOptions {
  /** What workers find the model by: a name of the hub, or a path that they all have. */
  readonly model: string;
  /** Which variant of the model; the folder's main file by default. */
  readonly variant?: string;
  /** How texts are read from the inputs. */
  readonly texts?: Pick<TextFileOptions, 'format' | 'field' | 'lossy'>;
  /** What is made of them. */
  readonly vectors?: Partial<Plan['vectors']>;
  /** Rows of a shard at most, as far as the inputs can be cut; 100,000 by default. */
  readonly rowsPerShard?: number;
  /** Rows that may be without a vector in the end: a count, or with "%" a share of all; "0.1%" by default. */
  readonly maxQuarantined?: string;
}

const optionChecks: OptionChecks<PlanOptions> = {
  ...checkTaskOptions,
  model: checkText,
  variant: checkText,
  texts: checkObject,
  vectors: checkObject,
  rowsPerShard: checkCount,
  maxQuarantined: checkText,
};

/**
 * Plans a job: which rows of which inputs make which shard, and by what recipe. The plan is stored with the results and
 * never changed; to plan the same again is no error.
 *
 * @param inputs files, folders or patterns; paths, "s3://…", or data sets of the hub by "hf://datasets/owner/name", which are
 *   held to the commit that they are now
 * @param output the folder or prefix of the results
 * @param embedder the model, as workers will load it; makes the recipe that they are held to
 * @throws FILE_NOT_FOUND, TEXTS_INVALID for an input without texts, JOB_PLAN_EXISTS, STORE_FAILED, USAGE, PACKAGE_MISSING, HUB_NOT_FOUND
 *   and others of the hub
 * @example
 * ```ts
 * const embedder = await Embedder.load('minilm', { variant: 'int8' });
 * const job = await makePlan(['corpus/*.parquet'], 'vectors', embedder, { model: 'minilm', variant: 'int8' });
 * ```
 */
export async function makePlan(
  inputs: readonly string[],
  output: string,
  embedder: Embedder,
  options: PlanOptions,
): Promise<Job> {
  checkOptions(options, optionChecks);
  const { model, variant, texts = {}, rowsPerShard = 100_000, onProgress, signal } = options;
  const vectors: Plan['vectors'] = { type: 'float32', ...options.vectors };
  if (needsRanges(vectors.type) && vectors.ranges === undefined) {
    throw new OctavecError('USAGE', {
      problem: `${vectors.type} numbers of several workers need the same ranges of the dimensions`,
      hint: 'Make them with "octavec embed --ranges" on some of the texts, and give them here.',
    });
  }
  const budget = rowsOfBudget(options.maxQuarantined ?? '0.1%');
  const store = await openStore(output);
  const objects = (await Promise.all(inputs.map(findObjects))).flat();
  const planned: { -readonly [Key in 'inputs' | 'shards']: Plan[Key] } = { inputs: [], shards: [] };
  for (const [input, { store: from, object }] of objects.entries()) {
    throwIfCancelled(signal, 'planning');
    onProgress?.({ stage: 'Reading the inputs', done: input, total: objects.length, unit: 'files' });
    planned.inputs.push({ store: from.uri, ...object });
    for (const { part, rows } of await cutTexts(asFile(from, object), rowsPerShard, texts)) {
      planned.shards.push({ input, part, rows } as Plan['shards'][number]);
    }
  }
  const plan: Plan = {
    format: 1,
    ...planned,
    texts,
    model,
    ...(variant !== undefined && { variant }),
    engine: embedder.engine.name as Plan['engine'],
    vectors,
    settings: await recipeSettings(embedder, vectors),
    maxQuarantined: budget(rowsOf(planned)),
  };
  const text = planText(plan);
  const name = store.nameOf(planFile);
  if (!(await store.putIfAbsent(planFile, text)) && (await readText(store, planFile)) !== text) {
    throw new OctavecError('JOB_PLAN_EXISTS', { name });
  }
  return { id: planId(text), plan: parsePlan(text, name), store };
}

/**
 * Reads a count, or a share in "%" of rows.
 *
 * @returns what gives the count for so many rows
 * @throws USAGE
 */
export function rowsOfBudget(budget: string): (rows: number) => number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(budget) ?? [];
  const number = Number(digits);
  if (digits === undefined || (percent === '' && !Number.isSafeInteger(number)) || (percent === '%' && number > 100)) {
    throw new OctavecError('USAGE', {
      problem: `The option maxQuarantined is "${budget}"`,
      hint: 'Give a number of rows, or a share such as "0.1%".',
    });
  }
  return (rows) => (percent === '%' ? Math.floor((rows * number) / 100) : number);
}
