import { OctavecError } from '../base/index.js';
import { type Plan, parsePlan, planId } from './plan.js';
import { openStore } from './storage/open-store.js';
import { readText, type Store } from './storage/store.js';

export const planFile = '_plan.json';

/** A plan and the place that its results go to, which is where it lies itself. */
export interface Job {
  /** By the content of the plan: 12 hexadecimal digits. */
  readonly id: string;
  readonly plan: Plan;
  readonly store: Store;
}

/**
 * Opens a job that was planned.
 *
 * @param address the folder or prefix of its results, or of `_plan.json` in it
 * @throws JOB_PLAN_INVALID, STORE_FAILED, USAGE, PACKAGE_MISSING
 * @example
 * ```ts
 * const job = await openJob('s3://bucket/vectors');
 * console.log(job.plan.shards.length);
 * ```
 */
export async function openJob(address: string): Promise<Job> {
  const store = await openStore(address.replace(/(^|\/)_plan\.json$/, '') || '.');
  const name = store.nameOf(planFile);
  const text = await readText(store, planFile);
  if (text === undefined) {
    throw new OctavecError('JOB_PLAN_INVALID', { name, why: 'there is none' });
  }
  return { id: planId(text), plan: parsePlan(text, name), store };
}
