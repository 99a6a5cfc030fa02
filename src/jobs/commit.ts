import { z } from 'zod';
import { OctavecError } from '../base/index.js';
import type { Job } from './job.js';
import { readBytes, type Store } from './storage/store.js';

const count = z.int().nonnegative();

const commitSchema = z.strictObject({
  plan: z.string(),
  shard: count,
  /** The file of vectors, in the job's store. */
  part: z.strictObject({ file: z.string(), size: count, sha256: z.string() }),
  /** Rows that have a vector. */
  rows: count,
  /** Texts of which only a part counted. */
  truncated: count,
  /** Lines without anything, which are no rows. */
  emptyLines: count,
  /** Rows without a vector, with the reason. */
  quarantined: z.array(z.strictObject({ place: z.string().optional(), id: z.string().optional(), reason: z.string() })),
  /** Whose work it is; names the part, so that no attempt can touch another's. */
  attempt: z.string(),
  /** "host:pid" */
  worker: z.string(),
  /** How long it took. */
  seconds: z.number().nonnegative(),
  /** When it was done, in ISO 8601. */
  at: z.iso.datetime(),
});

/** That a shard is done, and by which file. The first record of a shard counts, for ever. */
export type Commit = Readonly<z.infer<typeof commitSchema>>;

const folder = '_commits/';

function keyOf(shard: number): string {
  return `${folder}${String(shard).padStart(5, '0')}.json`;
}

/** Stores a commit; returns false if the shard has one already. */
export function putCommit(store: Store, commit: Commit): Promise<boolean> {
  return store.putIfAbsent(keyOf(commit.shard), `${JSON.stringify(commit)}\n`);
}

/** Tells whether a shard is done. */
export async function isCommitted(store: Store, shard: number): Promise<boolean> {
  return (await store.find(keyOf(shard))) !== undefined;
}

/** Returns the shards that are done, without reading their records. */
export async function committedShards({ store }: Job): Promise<ReadonlySet<number>> {
  return new Set((await store.list(folder)).flatMap(({ key }) => shardOf(key) ?? []));
}

function shardOf(key: string): number | undefined {
  const shard = Number(/^_commits\/(\d+)\.json$/.exec(key)?.[1]);
  return keyOf(shard) === key ? shard : undefined;
}

/** Records that are read at a time. */
const atOnce = 16;

/**
 * Reads the records of all shards that are done, in their order.
 *
 * @throws JOB_PLAN_INVALID for a record that is damaged or of another plan
 */
export async function readCommits({ store, id, plan }: Job): Promise<Commit[]> {
  const objects = (await store.list(folder)).filter(({ key }) => shardOf(key) !== undefined);
  const commits: Commit[] = [];
  for (let i = 0; i < objects.length; i += atOnce) {
    const read = objects.slice(i, i + atOnce).map(async (object) => {
      const text = Buffer.from(await readBytes(store, object)).toString('utf8');
      const commit = parseCommit(text, store.nameOf(object.key), id);
      if (keyOf(commit.shard) !== object.key || commit.shard >= plan.shards.length) {
        const why =
          keyOf(commit.shard) === object.key
            ? `the record is of shard ${commit.shard}, which the plan does not have`
            : `the record is of another shard, ${commit.shard}`;
        throw new OctavecError('JOB_PLAN_INVALID', { name: store.nameOf(object.key), why });
      }
      return commit;
    });
    commits.push(...(await Promise.all(read)));
  }
  return commits.sort((a, b) => a.shard - b.shard);
}

function parseCommit(text: string, name: string, plan: string): Commit {
  let commit: Commit;
  try {
    commit = commitSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new OctavecError('JOB_PLAN_INVALID', { name, why: 'the record of a shard is damaged' }, error);
  }
  if (commit.plan !== plan) {
    throw new OctavecError('JOB_PLAN_INVALID', { name, why: `the record is of another plan, ${commit.plan}` });
  }
  return commit;
}
