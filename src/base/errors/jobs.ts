import { entry } from './error-entry.js';

/** Errors of jobs on many machines. */
export const jobsErrors = {
  STORE_FAILED: entry<{ name: string; what: 'read' | 'write'; why: string }>(
    1,
    502,
    (d) => `Cannot ${d.what} ${d.name}: ${d.why}. Check the address, the credentials and the network, then try again.`,
  ),
  JOB_PLAN_INVALID: entry<{ name: string; why: string }>(
    1,
    400,
    (d) => `${d.name} is no plan of a job: ${d.why}. Make one with "octavec jobs plan".`,
  ),
  JOB_PLAN_EXISTS: entry<{ name: string }>(
    2,
    409,
    (d) => `${d.name} is there already, and is another plan. Plans are never changed: choose another output.`,
  ),
  JOB_INPUT_CHANGED: entry<{ name: string }>(
    1,
    409,
    (d) =>
      `${d.name} is not what it was when the job was planned, or is gone. Put it back, or plan anew into another output.`,
  ),
  JOB_RECIPE_DIFFERS: entry<{ why: string }>(
    1,
    409,
    (d) =>
      `This machine would not give the vectors of the plan: ${d.why}. Use the plan's model and version of octavec here.`,
  ),
  JOB_INCOMPLETE: entry<{ name: string; missing: number; shards: number; first: number }>(
    1,
    409,
    (d) =>
      `${d.missing} of the ${d.shards} shards of ${d.name} ${d.missing === 1 ? 'is' : 'are'} not done; the first is shard ${d.first}. Let workers do them, then finish.`,
  ),
  JOB_GIVEN_UP: entry<{ problem: string; job: string }>(
    1,
    500,
    (d) => `${d.problem}. Mend the cause, then run "octavec jobs retry ${d.job}".`,
  ),
  JOB_BUDGET: entry<{ name: string; rows: number; budget: number }>(
    1,
    422,
    (d) =>
      `${d.rows} rows of ${d.name} have no vector, and ${d.budget} may. The manifest was written, and names them in the quarantine; mend them, or allow more with \`maxQuarantined\`.`,
  ),
} as const;
