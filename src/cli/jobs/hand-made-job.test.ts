import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cli } from '../../../test/support/run-cli.js';
import { describeEvent } from './work.js';

let job: string;
let id: string;
beforeEach(() => {
  job = mkdtempSync(join(tmpdir(), 'octavec-job-'));
  // As a plan is stored: its id is the beginning of its hash.
  const part = (from: number) => ({
    kind: 'lines' as const,
    bytes: [from, from + 5] as [number, number],
    linesBefore: 0,
  });
  const text = `${JSON.stringify({
    format: 1,
    inputs: [{ store: '/corpus', key: 'a.txt', size: 10, etag: 'x' }],
    texts: {},
    shards: [
      { input: 0, part: part(0), rows: 2 },
      { input: 0, part: part(5), rows: 3 },
    ],
    ...{ model: 'minilm', engine: 'native', vectors: { type: 'float32' }, settings: {}, maxQuarantined: 0 },
  })}\n`;
  id = createHash('sha256').update(text).digest('hex').slice(0, 12);
  writeFileSync(join(job, '_plan.json'), text);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(job, { recursive: true });
});

function done(shard: number, rows: number, quarantined: readonly object[] = []) {
  const file = `part-${shard}.parquet`;
  writeFileSync(join(job, file), 'vectors');
  const sha256 = createHash('sha256').update('vectors').digest('hex');
  mkdirSync(join(job, '_commits'), { recursive: true });
  const commit = {
    ...{ plan: id, shard, part: { file, size: 7, sha256 }, rows, truncated: 0, emptyLines: 0, quarantined },
    ...{ attempt: 'a', worker: 'w:1', seconds: 1800, at: `2026-01-01T00:00:0${shard}.000Z` },
  };
  writeFileSync(join(job, `_commits/0000${shard}.json`), JSON.stringify(commit));
}

describe('jobs status', () => {
  test('shows how far a job is', async () => {
    done(0, 2);
    const { status, stdout, stderr } = await cli('jobs', 'status', job, '--price', '0.5');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [bar, rows, rate, cost] = stdout.trimEnd().split('\n');
    expect(bar).toBe(`${'█'.repeat(20)}${'·'.repeat(20)} 1/2 shards`);
    expect(rows).toBe('2 of 5 rows, 7 B');
    expect(rate).toMatch(/^0 rows\/s by 1 worker, /);
    // Half an hour for two rows of five.
    expect(cost).toBe('cost: 0.25 so far, 0.63 in all at this rate');
  });

  test('of a job that nobody began has no rate and no cost', async () => {
    const { stdout } = await cli('jobs', 'status', job, '--json', '--price', '1');
    const status = JSON.parse(stdout);
    expect(status).toMatchObject({ id, shards: 2, done: 0, open: [0, 1], rows: 5 });
    expect(status).not.toHaveProperty('cost');
    expect(status).not.toHaveProperty('rowsPerSecond');
  });

  test('with --watch ends once all is done', async () => {
    done(0, 2);
    done(1, 3);
    const { status, stdout } = await cli('jobs', 'status', job, '--watch', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ done: 2, open: [], secondsLeft: 0 });
  });

  test('of a damaged record is an error that names it', async () => {
    done(0, 2);
    writeFileSync(join(job, '_commits/00001.json'), '{');
    const { status, stderr } = await cli('jobs', 'status', job, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'JOB_PLAN_INVALID',
      message: expect.stringContaining('00001.json'),
    });
  });
});

describe('jobs finish', () => {
  test('counts what came of it', async () => {
    done(0, 2);
    done(1, 3);
    expect((await cli('jobs', 'finish', job)).stdout).toBe(`${job}: 5 rows in 2 parts\n`);
    expect(JSON.parse((await cli('jobs', 'finish', job, '--json')).stdout)).toMatchObject({ plan: id, rows: 5 });
  });

  test('says what is missing', async () => {
    done(1, 3);
    const { status, stdout, stderr } = await cli('jobs', 'finish', job);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/1 of the 2 shards of \S+ is not done; the first is shard 0/);
  });

  test('of rows in quarantine beyond the budget is a failure after all was written', async () => {
    done(0, 2);
    done(1, 2, [{ place: 'line 4', reason: 'it is no text' }]);
    const { status, stderr } = await cli('jobs', 'finish', job, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stderr).error.code).toBe('JOB_BUDGET');
  });

  test('finds the plan by its own name as well', async () => {
    done(0, 2);
    done(1, 3);
    expect((await cli('jobs', 'finish', join(job, '_plan.json'))).stdout).toBe(`${job}: 5 rows in 2 parts\n`);
  });
});

describe('the shard of run-shard', () => {
  test.each([
    ['JOB_COMPLETION_INDEX', 'seven', '"seven" is no number of a shard'],
    ['SLURM_ARRAY_TASK_ID', '-3', '"-3" is no number of a shard'],
    ['AWS_BATCH_JOB_ARRAY_INDEX', '', '"" is no number of a shard'],
    ['OTHER', '1', 'No shard is named'],
  ])('comes from %s=%s', async (name, value, said) => {
    vi.stubEnv(name, value);
    const { status, stderr } = await cli('jobs', 'run-shard', job);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });
});

test.each([
  [{ shard: 3, state: 'done', rows: 12_345, seconds: 75 }, 'shard 3: done, 12,345 rows in 75.0 s'],
  [{ shard: 0, state: 'lost', rows: 0, seconds: 0.5 }, 'shard 0: lost in 500 ms'],
  [{ shard: 1, state: 'failed', rows: 0, seconds: 2, reason: 'no room' }, 'shard 1: failed in 2.0 s (no room)'],
  [{ shard: 2, state: 'done', rows: 1, seconds: 1 }, 'shard 2: done, 1 row in 1.0 s'],
] as const)('the event %j', (event, line) => {
  expect(describeEvent(event)).toBe(line);
});
