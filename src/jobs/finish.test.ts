import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Commit, putCommit } from './commit.js';
import { finishJob } from './finish.js';
import type { Job } from './job.js';
import type { Plan, PlannedShard } from './plan.js';
import { folderStore } from './storage/folder-store.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-finish-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const lines = (input: number, rows: number): PlannedShard => ({
  ...{ input, rows, part: { kind: 'lines', bytes: [0, 1], linesBefore: 0 } },
});

/** A job of shards of two inputs, a.txt and b.txt. */
function jobOf(shards: readonly PlannedShard[], maxQuarantined = 0): Job {
  const inputs = ['a.txt', 'b.txt'].map((key) => ({ store: '/in', key, size: 1, etag: '' }));
  return { id: 'plan', plan: { inputs, shards, maxQuarantined } as unknown as Plan, store: folderStore(root) };
}

/** Puts a part and its record there, as a worker does. */
async function done(job: Job, shard: number, rows: number, more: Partial<Commit> = {}, content = `part ${shard}`) {
  const file = `part-${shard}-x.parquet`;
  writeFileSync(join(root, file), content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const commit: Commit = {
    ...{ plan: 'plan', shard, part: { file, size: content.length, sha256 }, rows, truncated: 0, emptyLines: 0 },
    ...{ quarantined: [], attempt: 'a', worker: 'w:1', seconds: 1, at: '2026-01-01T00:00:00.000Z', ...more },
  };
  await putCommit(job.store, commit);
}

const contentOf = (name: string) => readFileSync(join(root, name), 'utf8');
const signs = ['_SUCCESS', '_manifest.json', '_quarantine.jsonl'];

describe('a finished job', () => {
  test('has its parts in the order of the shards, its sums and its sign', async () => {
    const job = jobOf([lines(0, 3), lines(0, 2), lines(1, 4)], 2);
    await done(job, 2, 3, { truncated: 2, quarantined: [{ place: 'line 7', id: '42', reason: 'it is no text' }] });
    await done(job, 0, 2, { emptyLines: 1, truncated: 1 });
    await done(job, 1, 1, { quarantined: [{ reason: 'crashed' }] });
    const manifest = await finishJob(job);
    expect(manifest).toMatchObject({ plan: 'plan', rows: 6, quarantined: 2, truncated: 3 });
    expect(manifest.parts.map(({ shard, rows, file, size }) => [shard, rows, file, size])).toEqual([
      [0, 2, 'part-0-x.parquet', 6],
      [1, 1, 'part-1-x.parquet', 6],
      [2, 3, 'part-2-x.parquet', 6],
    ]);
    expect(JSON.parse(contentOf('_manifest.json'))).toEqual(manifest);
    expect(contentOf('_SUCCESS')).toBe('');
    const rows = contentOf('_quarantine.jsonl').trimEnd().split('\n');
    expect(rows.map((row) => JSON.parse(row))).toEqual([
      { file: 'a.txt', shard: 1, reason: 'crashed' },
      { file: 'b.txt', shard: 2, place: 'line 7', id: '42', reason: 'it is no text' },
    ]);
  });

  test('loses the parts of attempts that lost, and nothing else; to finish it again changes nothing', async () => {
    const job = jobOf([lines(0, 1)]);
    await done(job, 0, 1);
    writeFileSync(join(root, 'part-0-lost.parquet'), 'lost');
    writeFileSync(join(root, 'notes.txt'), 'mine');
    const manifest = await finishJob(job);
    expect(readdirSync(root).sort()).toEqual([
      '_SUCCESS',
      '_commits',
      '_manifest.json',
      '_quarantine.jsonl',
      ...['notes.txt', 'part-0-x.parquet'],
    ]);
    expect(contentOf('_quarantine.jsonl')).toBe('');
    expect(await finishJob(job)).toEqual(manifest);
  });

  test('that has more in quarantine than it may is told so, after all was written', async () => {
    const job = jobOf([lines(0, 3)], 1);
    await done(job, 0, 1, { quarantined: [{ reason: 'a' }, { reason: 'b' }] });
    await expect(finishJob(job)).rejects.toMatchObject({
      ...{ code: 'JOB_BUDGET', details: { name: root, rows: 2, budget: 1 } },
    });
    expect(signs.every((name) => existsSync(join(root, name)))).toBe(true);
  });

  test('tells how far it is, and stops when it is cancelled', async () => {
    const job = jobOf([lines(0, 1), lines(1, 1)]);
    await done(job, 0, 1);
    await done(job, 1, 1);
    const controller = new AbortController();
    const seen: [number, number][] = [];
    const finishing = finishJob(job, {
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        seen.push([done, total]);
        controller.abort();
      },
    });
    await expect(finishing).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toEqual([[0, 2]]);
    expect(signs.some((name) => existsSync(join(root, name)))).toBe(false);
  });
});

describe('a job that is not whole', () => {
  test('says how much is missing, and what first', async () => {
    const job = jobOf([lines(0, 1), lines(0, 1), lines(1, 1)]);
    await done(job, 0, 1);
    await expect(finishJob(job)).rejects.toMatchObject({
      ...{ code: 'JOB_INCOMPLETE', details: { name: root, missing: 2, shards: 3, first: 1 } },
    });
  });

  test.each<[string, (path: string) => void, string]>([
    ['gone', (path) => rmSync(path), 'it is gone'],
    ['shorter', (path) => writeFileSync(path, 'par'), 'its bytes are not those'],
    ['of other bytes', (path) => writeFileSync(path, 'Part 0'), 'its bytes are not those'],
  ])('because a part is %s names the part, and removes no other', async (_, damage, why) => {
    const job = jobOf([lines(0, 1)]);
    await done(job, 0, 1);
    writeFileSync(join(root, 'part-0-lost.parquet'), 'lost');
    damage(join(root, 'part-0-x.parquet'));
    await expect(finishJob(job)).rejects.toMatchObject({
      ...{ code: 'JOB_PLAN_INVALID', details: { name: join(root, 'part-0-x.parquet') } },
      message: expect.stringContaining(why),
    });
    expect(existsSync(join(root, 'part-0-lost.parquet'))).toBe(true);
    expect(signs.some((name) => existsSync(join(root, name)))).toBe(false);
  });

  test('because rows are missing from a shard counts them', async () => {
    const job = jobOf([lines(0, 4)]);
    await done(job, 0, 1, { emptyLines: 1, quarantined: [{ reason: 'x' }] });
    await expect(finishJob(job)).rejects.toThrow('shard 0 has 3 rows, and 4 were planned');
  });

  test('rows of an input that was not cut are not held against the plan', async () => {
    const job = jobOf([{ input: 0, rows: 4, part: { kind: 'whole' } }]);
    await done(job, 0, 3);
    expect((await finishJob(job)).rows).toBe(3);
  });

  test('because a record stands under the name of another shard is damaged', async () => {
    const job = jobOf([lines(0, 1), lines(0, 1)]);
    await done(job, 1, 1);
    writeFileSync(join(root, '_commits/00000.json'), contentOf('_commits/00001.json'));
    await expect(finishJob(job)).rejects.toThrow('the record is of another shard, 1');
  });

  test('because a record is of a shard that the plan does not have is damaged', async () => {
    const job = jobOf([lines(0, 1)]);
    await done(job, 0, 1);
    await done(job, 7, 1);
    await expect(finishJob(job)).rejects.toThrow('the record is of shard 7, which the plan does not have');
  });
});
