import { expect, test } from 'vitest';
import type { Commit } from './commit.js';
import type { Plan } from './plan.js';
import { statusOf } from './status.js';

const plan = { shards: [100, 100, 50].map((rows) => ({ input: 0, part: { kind: 'whole' }, rows })) } as unknown as Plan;

function commit(shard: number, second: number, more: Partial<Commit> = {}): Commit {
  return {
    ...{ plan: 'p', shard, part: { file: 'f', size: 1000, sha256: '' }, rows: plan.shards[shard].rows, truncated: 0 },
    ...{ emptyLines: 0, quarantined: [], attempt: 'a', worker: 'host:1', seconds: 10 },
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
    ...more,
  };
}

test('a job that nobody has begun has neither rate nor end', () => {
  const status = statusOf({ id: 'p', plan }, []);
  expect(status).toMatchObject({ shards: 3, done: 0, open: [0, 1, 2], rows: 250, rowsDone: 0, workers: 0 });
  expect(status.rowsPerSecond).toBeUndefined();
  expect(status.secondsLeft).toBeUndefined();
});

test('the rate is that of all workers from the begin of the first shard to the end of the last', () => {
  const status = statusOf({ id: 'p', plan }, [commit(0, 10), commit(1, 20, { worker: 'host:2' })]);
  expect(status).toMatchObject({ done: 2, open: [2], rowsDone: 200, workers: 2, bytes: 2000, workSeconds: 20 });
  expect(status.rowsPerSecond).toBe(10);
  expect(status.secondsLeft).toBe(5);
});

test('what was done more than ten minutes before the last shard says nothing of the rate', () => {
  const status = statusOf({ id: 'p', plan }, [commit(0, 10), commit(1, 2000)]);
  expect(status.rowsPerSecond).toBe(10);
  expect(status.workers).toBe(1);
});

test('shards without rows give no rate, and so no end', () => {
  const empty = { shards: [{ rows: 0 }, { rows: 5 }] } as unknown as Plan;
  const status = statusOf({ id: 'p', plan: empty }, [{ ...commit(0, 10), rows: 0 }]);
  expect(status).toMatchObject({ done: 1, rowsDone: 0, workers: 1 });
  expect([status.rowsPerSecond, status.secondsLeft]).toEqual([undefined, undefined]);
});

test('a shard that took no time gives no rate either', () => {
  const status = statusOf({ id: 'p', plan }, [commit(0, 10, { seconds: 0 })]);
  expect(status.rowsPerSecond).toBeUndefined();
});

test('a shard that began before the last ten minutes counts with what of it lies in them', () => {
  const status = statusOf({ id: 'p', plan }, [commit(0, 1000, { seconds: 900 })]);
  // 100 rows in the 600 seconds of the window.
  expect(status.rowsPerSecond).toBeCloseTo(100 / 600, 10);
});

test('a job that is done has nothing left, and rows in quarantine count as done', () => {
  const commits = [0, 1, 2].map((shard) => commit(shard, 10 + shard, { quarantined: [{ reason: 'x' }] }));
  expect(statusOf({ id: 'p', plan }, commits)).toMatchObject({
    ...{ done: 3, open: [], rowsDone: 250, quarantined: 3, secondsLeft: 0 },
  });
});
