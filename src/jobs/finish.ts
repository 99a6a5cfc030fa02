import { createHash } from 'node:crypto';
import { OctavecError, type TaskOptions, throwIfCancelled } from '../base/index.js';
import { type Commit, readCommits } from './commit.js';
import type { Job } from './job.js';

export const manifestFile = '_manifest.json';
export const quarantineFile = '_quarantine.jsonl';

/** What a finished job consists of. Files that it does not name do not count. */
export interface Manifest {
  readonly plan: string;
  /** Rows with a vector. */
  readonly rows: number;
  readonly quarantined: number;
  readonly truncated: number;
  /** In the order of the inputs' rows. */
  readonly parts: readonly (Commit['part'] & { readonly shard: number; readonly rows: number })[];
}

/**
 * Finishes a job: checks that every shard is done and every part is what its record says, removes what attempts that
 * lost have left, and writes the quarantine, the manifest and, for Spark, `_SUCCESS`, in this order. May be called again.
 *
 * @throws JOB_INCOMPLETE, JOB_PLAN_INVALID for a part that is damaged, JOB_BUDGET after all was written, STORE_FAILED
 * @example
 * ```ts
 * const { rows, parts } = await finishJob(await openJob('s3://bucket/vectors'));
 * ```
 */
export async function finishJob(job: Job, { onProgress, signal }: TaskOptions = {}): Promise<Manifest> {
  const { plan, store } = job;
  const commits = await readCommits(job);
  const shards = plan.shards.length;
  if (commits.length < shards) {
    const done = new Set(commits.map(({ shard }) => shard));
    const first = plan.shards.findIndex((_, shard) => !done.has(shard));
    throw new OctavecError('JOB_INCOMPLETE', { name: store.uri, missing: shards - commits.length, shards, first });
  }
  for (const [i, { shard, part, rows, quarantined, emptyLines }] of commits.entries()) {
    throwIfCancelled(signal, 'finishing the job');
    onProgress?.({ stage: 'Checking the parts', done: i, total: shards, unit: 'parts' });
    await checkPart(job, part);
    const { rows: planned, part: cut } = plan.shards[shard];
    if (cut.kind !== 'whole' && rows + quarantined.length + emptyLines !== planned) {
      const why = `shard ${shard} has ${rows + quarantined.length + emptyLines} rows, and ${planned} were planned`;
      throw new OctavecError('JOB_PLAN_INVALID', { name: store.uri, why });
    }
  }
  const named = new Set(commits.map(({ part }) => part.file));
  for (const { key } of await store.list('part-')) {
    if (!named.has(key)) {
      await store.remove(key);
    }
  }
  const quarantined = commits.flatMap(({ shard, quarantined }) =>
    quarantined.map((row) => ({ file: fileOf(job, shard), ...row, shard })),
  );
  await store.put(quarantineFile, quarantined.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const sum = (pick: (commit: Commit) => number) => commits.reduce((total, commit) => total + pick(commit), 0);
  const manifest: Manifest = {
    plan: job.id,
    rows: sum(({ rows }) => rows),
    quarantined: quarantined.length,
    truncated: sum(({ truncated }) => truncated),
    parts: commits.map(({ shard, rows, part }) => ({ shard, rows, ...part })),
  };
  await store.put(manifestFile, `${JSON.stringify(manifest, undefined, 1)}\n`);
  await store.put('_SUCCESS', '');
  if (quarantined.length > plan.maxQuarantined) {
    const budget = plan.maxQuarantined;
    throw new OctavecError('JOB_BUDGET', { name: store.uri, rows: quarantined.length, budget });
  }
  return manifest;
}

/** Returns the input that a shard belongs to. */
function fileOf({ plan }: Job, shard: number): string {
  return plan.inputs[plan.shards[shard].input].key;
}

/**
 * Checks a part against its commit record.
 *
 * @throws JOB_PLAN_INVALID
 */
async function checkPart({ store }: Job, { file, size, sha256 }: Commit['part']): Promise<void> {
  const object = await store.find(file);
  const hash = createHash('sha256');
  if (object?.size === size) {
    for await (const piece of store.stream(object, 0, size)) {
      hash.update(piece);
    }
  }
  if (object?.size !== size || hash.digest('hex') !== sha256) {
    const what = object === undefined ? 'it is gone' : 'its bytes are not those that were written';
    const hint = 'remove the record of its shard in _commits, and let a worker do it again';
    throw new OctavecError('JOB_PLAN_INVALID', { name: store.nameOf(file), why: `${what}; ${hint}` });
  }
}
