import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../jobs/index.js';
import { statusLines } from './status.js';

const status = (more: Partial<JobStatus> = {}): JobStatus => ({
  ...{ id: 'p', shards: 4, done: 1, open: [1, 2, 3], rows: 4000, rowsDone: 1000, quarantined: 0, bytes: 2_000_000 },
  ...{ workers: 2, rowsPerSecond: 50, secondsLeft: 60, workSeconds: 1800 },
  ...more,
});

describe('how far a job is', () => {
  test('is a bar, rows and a rate', () => {
    const [bar, rows, rate, ...rest] = statusLines(status(), undefined, undefined);
    expect(bar).toBe(`${'█'.repeat(10)}${'·'.repeat(30)} 1/4 shards`);
    expect(rows).toBe('1,000 of 4,000 rows, 2.00 MB');
    expect(rate).toBe('50 rows/s by 2 workers, 60.0 s left');
    expect(rest).toEqual([]);
  });

  test('has no rate before anything is done, and no end when all is', () => {
    const begun = statusLines(status({ done: 0, rowsDone: 0, rowsPerSecond: undefined }), undefined, 1);
    expect(begun).toHaveLength(2);
    const done = statusLines(
      status({ done: 4, rowsDone: 4000, open: [], secondsLeft: 0, workers: 1 }),
      undefined,
      undefined,
    );
    expect(done[0]).toBe(`${'█'.repeat(40)} 4/4 shards`);
    expect(done[2]).toBe('50 rows/s by 1 worker');
  });

  test('a bar is full only when all is done', () => {
    const bar = (done: number, shards: number) => statusLines(status({ done, shards }), undefined, undefined)[0];
    expect(bar(999, 1000)).toContain('·');
    expect(bar(1000, 1000)).not.toContain('·');
    expect(bar(0, 1000)).not.toContain('█');
  });

  test('names rows in quarantine', () => {
    expect(statusLines(status({ quarantined: 1200 }), undefined, undefined)[1]).toContain(', 1,200 in quarantine');
  });

  test('costs what workers have worked, and in all as much more as there are more rows', () => {
    expect(statusLines(status(), undefined, 0.5).at(-1)).toBe('cost: 0.25 so far, 1.00 in all at this rate');
    expect(statusLines(status(), undefined, 0).at(-1)).toBe('cost: 0.00 so far, 0.00 in all at this rate');
  });

  test('tells the queue, with what was given up', () => {
    const queue = { waiting: 3, active: 2, delayed: 1, failed: [{ shard: 7, reason: 'no memory' }] };
    expect(statusLines(status(), queue, undefined).slice(3)).toEqual([
      'queue: 2 running, 3 waiting, 1 to be tried again, 1 given up',
      '  shard 7: no memory',
    ]);
  });
});
