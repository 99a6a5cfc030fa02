import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Commit, committedShards, isCommitted, putCommit, readCommits } from './commit.js';
import type { Job } from './job.js';
import { folderStore } from './storage/folder-store.js';

let root: string;
let job: Job;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octavec-commit-'));
  job = { id: 'plan', plan: { shards: { length: 200_000 } }, store: folderStore(root) } as unknown as Job;
});
afterEach(() => rmSync(root, { recursive: true }));

function commit(shard: number, more: Partial<Commit> = {}): Commit {
  return {
    ...{ plan: 'plan', shard, part: { file: `part-${shard}`, size: 1, sha256: 'x' }, rows: 3, truncated: 0 },
    ...{ emptyLines: 0, quarantined: [], attempt: 'a', worker: 'w:1', seconds: 1, at: '2026-01-01T00:00:00.000Z' },
    ...more,
  };
}

test('the first record of a shard counts, for ever', async () => {
  const both = [commit(7, { attempt: 'a' }), commit(7, { attempt: 'b' })];
  const outcomes = await Promise.all(both.map((each) => putCommit(job.store, each)));
  expect(outcomes.toSorted()).toEqual([false, true]);
  expect(await readCommits(job)).toEqual([both[outcomes.indexOf(true)]]);
  expect([await isCommitted(job.store, 7), await isCommitted(job.store, 8)]).toEqual([true, false]);
});

test('records are read in the order of the shards, however many there are; other files beside them are none', async () => {
  const order = Array.from({ length: 40 }, (_, i) => (i * 7) % 40);
  for (const shard of order) {
    await putCommit(job.store, commit(shard));
  }
  writeFileSync(join(root, '_commits/notes.txt'), 'x');
  expect((await readCommits(job)).map(({ shard }) => shard)).toEqual(order.toSorted((a, b) => a - b));
  expect((await committedShards(job)).size).toBe(40);
});

test.each([
  ['damaged', '{"plan": "plan", "shard"', /the record of a shard is damaged/],
  ['of another shape', '{"plan": "plan"}', /the record of a shard is damaged/],
  ['of another plan', JSON.stringify(commit(0, { plan: 'other' })), /of another plan, other/],
])('a record that is %s is refused', async (_, text, message) => {
  mkdirSync(join(root, '_commits'));
  writeFileSync(join(root, '_commits/00000.json'), text);
  await expect(readCommits(job)).rejects.toMatchObject({
    code: 'JOB_PLAN_INVALID',
    message: expect.stringMatching(message),
  });
});

test.each([
  ['under a name with fewer digits', '7.json'],
  ['under a name with more digits', '000007.json'],
  ['that is a draft of a writer', '00007.json.abcd.tmp'],
  ['in a folder', 'old/00007.json'],
])('a record %s is none', async (_, name) => {
  mkdirSync(join(root, '_commits/old'), { recursive: true });
  writeFileSync(join(root, '_commits', name), JSON.stringify(commit(7)));
  expect([...(await committedShards(job))]).toEqual([]);
  expect(await readCommits(job)).toEqual([]);
});

test('shards of six digits have records, too', async () => {
  await putCommit(job.store, commit(123_456));
  expect([...(await committedShards(job))]).toEqual([123_456]);
  expect((await readCommits(job)).map(({ shard }) => shard)).toEqual([123_456]);
});

test.each([
  [{ at: 'yesterday' }],
  [{ seconds: -1 }],
  [{ rows: 1.5 }],
  [{ part: { file: 'f', size: -1, sha256: 'x' } }],
  [{ quarantined: [{ place: 'line 1' }] }],
  [{ colour: 'red' }],
])('a record with %j is damaged', async (more) => {
  mkdirSync(join(root, '_commits'));
  writeFileSync(join(root, '_commits/00000.json'), JSON.stringify({ ...commit(0), ...more }));
  await expect(readCommits(job)).rejects.toThrow(/the record of a shard is damaged/);
});
