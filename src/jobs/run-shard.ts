import { randomBytes } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  checkObject,
  checkOptions,
  checkTaskOptions,
  checkText,
  OctavecError,
  type OptionChecks,
  type TaskOptions,
} from '../base/index.js';
import {
  difference,
  type EmbedToFileOptions,
  type EmbedToFileOutcome,
  embedToFile,
  jobSettings,
  type SkippedText,
} from '../bulk/index.js';
import type { Embedder } from '../embed/index.js';
import { cacheFolder, fileHash, makeFolders } from '../files/index.js';
import { type Commit, isCommitted, putCommit } from './commit.js';
import type { Job } from './job.js';
import type { Plan } from './plan.js';
import { openShard } from './shard-source.js';

export interface RunShardOptions extends TaskOptions {
  /** Where the part grows before it is sent; octavec's cache by default. */
  readonly workFolder?: string;
  /** Places of rows that are left out, each with the reason: those that make a shard fail. */
  readonly leftOut?: ReadonlyMap<string, string>;
}

const optionChecks: OptionChecks<RunShardOptions> = {
  ...checkTaskOptions,
  workFolder: checkText,
  leftOut: checkObject,
};

export interface ShardOutcome {
  /** `done`: this call did it. `earlier`: it was done before. `lost`: another was quicker, and this call's part is gone. */
  readonly state: 'done' | 'earlier' | 'lost';
  readonly commit?: Commit;
}

/**
 * Does a shard: embeds its rows into a part, puts the part into the job's store, and commits it by a small record that only
 * the first of several workers can put there. May be called any number of times, by any number of machines, and ended at
 * any moment; on the same machine it goes on where an earlier call was ended.
 *
 * @throws JOB_RECIPE_DIFFERS, JOB_INPUT_CHANGED, STORE_FAILED, USAGE, and as `embedToFile`
 * @example
 * ```ts
 * const job = await openJob('s3://bucket/vectors');
 * const { state } = await runShard(job, 17, embedder);
 * ```
 */
export async function runShard(
  job: Job,
  shard: number,
  embedder: Embedder,
  options: RunShardOptions = {},
): Promise<ShardOutcome> {
  checkOptions(options, optionChecks);
  if (await isCommitted(job.store, shard)) {
    return { state: 'earlier' };
  }
  await checkRecipe(job.plan, embedder);
  const started = performance.now();
  const attempt = randomBytes(4).toString('hex');
  const folder = await workFolder(job, options.workFolder);
  const { path, outcome, passedOver } = await embedShard(job, shard, embedder, folder, attempt, options);
  const sha256 = await fileHash(path);
  const file = `part-${String(shard).padStart(5, '0')}-${sha256.slice(0, 12)}-${attempt}.parquet`;
  await job.store.putFile(file, path, sha256);
  const commit: Commit = {
    plan: job.id,
    shard,
    part: { file, size: (await stat(path)).size, sha256 },
    rows: outcome.texts,
    truncated: outcome.truncated,
    emptyLines: outcome.emptyLines,
    quarantined: [...passedOver, ...outcome.skipped].map(quarantineEntry),
    attempt,
    worker: `${hostname()}:${process.pid}`,
    seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
    at: new Date().toISOString(),
  };
  const isFirst = await putCommit(job.store, commit);
  if (!isFirst) {
    await job.store.remove(file);
  }
  await rm(path, { force: true });
  return isFirst ? { state: 'done', commit } : { state: 'lost' };
}

/**
 * Checks that the loaded model is the one of the plan.
 *
 * @throws JOB_RECIPE_DIFFERS
 */
async function checkRecipe(plan: Plan, embedder: Embedder): Promise<void> {
  const why = difference(plan.settings, await recipeSettings(embedder, plan.vectors));
  if (why !== undefined) {
    throw new OctavecError('JOB_RECIPE_DIFFERS', { why });
  }
}

/** Returns the settings that decide what the vectors of a job are. */
export async function recipeSettings(embedder: Embedder, vectors: Plan['vectors']): Promise<Plan['settings']> {
  const { type, ranges, dimensions = embedder.width, ...options } = vectors;
  return jobSettings(embedder, { out: 'part.parquet', type, dimensions }, options);
}

async function workFolder({ id }: Job, given: string | undefined): Promise<string> {
  const folder = join(given ?? join(cacheFolder(), 'jobs'), id);
  await makeFolders(folder);
  return folder;
}

interface EmbeddedShard {
  readonly path: string;
  readonly outcome: EmbedToFileOutcome;
  readonly passedOver: readonly SkippedText[];
}

/** Embeds a shard into a file of its own, going on with what an earlier attempt on this machine has left. */
async function embedShard(
  job: Job,
  shard: number,
  embedder: Embedder,
  folder: string,
  attempt: string,
  { leftOut, onProgress, signal }: RunShardOptions,
): Promise<EmbeddedShard> {
  const { type, ranges, ...vectors } = job.plan.vectors;
  const options: EmbedToFileOptions = {
    ...vectors,
    ...(ranges && { ranges: { least: Float32Array.from(ranges.least), greatest: Float32Array.from(ranges.greatest) } }),
    type,
    onError: 'skip',
    onProgress,
    signal,
  };
  const embed = async (path: string, restart: boolean): Promise<EmbeddedShard> => {
    const { source, passedOver } = await openShard(job, shard, leftOut);
    const outcome = await embedToFile(embedder, source, path, { ...options, restart });
    // Under a name of its own at once: another attempt may come to the same shard.
    const own = join(folder, `shard-${shard}-${attempt}.parquet`);
    await rename(path, own);
    return { path: own, outcome, passedOver };
  };
  const shared = join(folder, `shard-${shard}.parquet`);
  try {
    return await embed(shared, false);
  } catch (error) {
    switch (error instanceof OctavecError && error.code) {
      case 'RESUME_MISMATCH': // Begun with other rows left out.
        return embed(shared, true);
      case 'OUTPUT_BUSY': // Another attempt on this machine, perhaps one that was stopped and will be woken.
        return embed(join(folder, `shard-${shard}-${attempt}-alone.parquet`), true);
      default:
        throw error;
    }
  }
}

function quarantineEntry({ place, id, reason }: SkippedText): Commit['quarantined'][number] {
  return { ...(place !== undefined && { place }), ...(id !== undefined && { id: String(id) }), reason };
}
