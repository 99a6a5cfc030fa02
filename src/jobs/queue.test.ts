import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { putCommit } from './commit.js';
import type { Job } from './job.js';
import { connectionOf, fillQueue, queueName, queueState, redisError, retryFailed, type ShardQueue } from './queue.js';
import { folderStore } from './storage/folder-store.js';

describe('a connection to Redis', () => {
  const delays = (isWorker: boolean) => {
    const { retryStrategy } = connectionOf('redis://h', isWorker) as {
      readonly retryStrategy: (times: number) => number | null;
    };
    return [1, 2, 4, 5, 6, 100].map(retryStrategy);
  };

  test('of a worker is tried for ever, at most every five seconds', () => {
    expect(delays(true)).toEqual([200, 400, 1600, 3200, 5000, 5000]);
    expect(connectionOf('redis://h', true)).toMatchObject({ url: 'redis://h', maxRetriesPerRequest: null });
  });

  test('of anybody else is given up', () => {
    expect(delays(false)).toEqual([200, 400, 1600, null, null, null]);
    expect(connectionOf('redis://h', false)).toMatchObject({ maxRetriesPerRequest: 3 });
  });
});

test.each([
  ['redis://host:6379', new Error('no route'), 'redis://host:6379', 'no route'],
  [
    'redis://user:secret@host',
    Object.assign(new Error(''), { code: 'ECONNREFUSED' }),
    'redis://…@host',
    'ECONNREFUSED',
  ],
  ['rediss://:secret@host/0', new Error('x'), 'rediss://…@host/0', 'x'],
])('the error of %s holds no password', (redis, error, name, why) => {
  const told = redisError(redis, error);
  expect(told).toMatchObject({ code: 'STORE_FAILED', details: { name, what: 'read', why }, cause: error });
  expect(told.message).not.toContain('secret');
});

/** A queue as BullMQ has it, as far as it is used here. */
function queueOf(counts: Record<string, number> = {}, failed: { shard: number; reason: string }[] = []) {
  const added: { readonly data: { readonly shard: number }; readonly opts: { readonly jobId: string } }[] = [];
  const retried: unknown[] = [];
  const queue = {
    addBulk: async (entries: typeof added) => void added.push(...entries),
    getJobCounts: async () => counts,
    getFailed: async () =>
      failed.map(({ shard, reason }) => ({
        data: { shard },
        failedReason: reason,
        retry: async (...how: unknown[]) => void retried.push([shard, ...how]),
      })),
  };
  return { queue: { queue } as unknown as ShardQueue, added, retried };
}

async function jobOf(shards: number): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'octavec-queue-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const plan = { shards: Array.from({ length: shards }, () => ({ rows: 1 })) };
  return { id: 'abc', plan, store: folderStore(folder) } as unknown as Job;
}

describe('a queue of shards', () => {
  test('is filled with those that are not done, each under one name', async () => {
    const job = await jobOf(4);
    const commit = { plan: 'abc', part: { file: 'f', size: 1, sha256: '' }, rows: 1, truncated: 0, emptyLines: 0 };
    const rest = { quarantined: [], attempt: 'a', worker: 'w', seconds: 1, at: '2026-01-01T00:00:00Z' };
    await putCommit(job.store, { ...commit, ...rest, shard: 1 });
    const { queue, added } = queueOf();
    expect(await fillQueue(job, queue)).toBe(3);
    expect(added.map(({ data }) => data.shard)).toEqual([0, 2, 3]);
    expect(added.map(({ opts }) => opts.jobId)).toEqual(['shard-0', 'shard-2', 'shard-3']);
    expect(queueName(job)).toBe('octavec-abc');
  });

  test('tells what stands in it', async () => {
    const { queue } = queueOf({ waiting: 3, prioritized: 2, active: 1 }, [{ shard: 7, reason: 'x' }]);
    expect(await queueState(queue)).toEqual({ waiting: 5, active: 1, delayed: 0, failed: [{ shard: 7, reason: 'x' }] });
  });

  test('tries anew what was given up, and says what', async () => {
    const { queue, retried } = queueOf({}, [
      { shard: 10, reason: '' },
      { shard: 9, reason: '' },
    ]);
    expect(await retryFailed(queue)).toEqual([9, 10]);
    expect(retried).toHaveLength(2);
    expect(await retryFailed(queueOf().queue)).toEqual([]);
  });
});

test.each([
  ['redis://user:p@ss@host:6379', 'redis://…@host:6379'],
  ['redis://:a/b@host', 'redis://…@host'],
  ['redis://host?password=secret', 'redis://host'],
  ['redis://host', 'redis://host'],
])('of the address %s no part of a password is shown', (redis, name) => {
  expect(redisError(redis, new Error('x')).details).toMatchObject({ name });
});

test('an error without words and code still says something', () => {
  expect(redisError('redis://host', new Error('')).details).toMatchObject({ why: 'it does not answer' });
  expect(redisError('redis://host', undefined).details).toMatchObject({ why: 'undefined' });
});

test('a job whose shards are all done leaves the queue empty', async () => {
  const job = await jobOf(0);
  const { queue, added } = queueOf();
  expect(await fillQueue(job, queue)).toBe(0);
  expect(added).toEqual([]);
});
