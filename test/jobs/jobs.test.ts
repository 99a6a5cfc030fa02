import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Embedder } from 'octavec';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { embedToFile } from '#rooms/bulk';
import { finishJob, isolatePoison, type Job, jobStatus, makePlan, openJob, runShard } from '#rooms/jobs';
import { openTexts, readRows } from '#rooms/texts';
import { hubServer, sha256 } from '../support/hub-server.js';
import { type S3Server, startS3 } from '../support/s3-server.js';
import { makeTinyFolder } from '../support/tiny-folder.js';

const root = mkdtempSync(join(tmpdir(), 'octavec-jobs-'));
const model = join(root, 'model');
let embedder: Embedder;
let s3: S3Server;

beforeAll(async () => {
  makeTinyFolder(model, 'bert');
  embedder = await Embedder.load(model, { engine: 'onnxruntime' });
  s3 = await startS3();
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'someone');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'something');
  vi.stubEnv('AWS_REGION', 'us-east-1');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await embedder.close();
  await s3.close();
  rmSync(root, { recursive: true, force: true });
});

const lines = Array.from({ length: 25 }, (_, i) => JSON.stringify({ id: i, text: `text ${i}` }));
/** A line without a text and one that is empty, among the others. */
const corpus = [...lines.slice(0, 7), '{"body": 1}', '', ...lines.slice(7)].join('\n');

/** Where inputs lie and outputs go, in a folder and in a bucket. */
const places = {
  folder: {
    input: () => join(folder, 'corpus.jsonl'),
    output: () => join(folder, 'vectors'),
    write: (text: string) => writeFileSync(join(folder, 'corpus.jsonl'), text),
    names: () => readdirSync(join(folder, 'vectors')),
    flip: (name: string) => {
      const path = join(folder, 'vectors', name);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(path, bytes);
    },
  },
  s3: {
    input: () => 's3://bucket/in/corpus.jsonl',
    output: () => 's3://bucket/out/vectors',
    write: (text: string) => s3.objects.set('bucket/in/corpus.jsonl', Buffer.from(text)),
    names: () => [...s3.objects.keys()].flatMap((key) => /^bucket\/out\/vectors\/([^/]+)$/.exec(key)?.[1] ?? []),
    flip: (name: string) => {
      const bytes = s3.objects.get(`bucket/out/vectors/${name}`) as Buffer;
      bytes[bytes.length >> 1] ^= 1;
    },
  },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'test-'));
  mkdirSync(folder, { recursive: true });
});
afterEach(() => {
  s3.fault = () => undefined;
  s3.objects.clear();
});

const options = () => ({ workFolder: join(folder, 'work') });

async function runAll(job: Job, from = embedder): Promise<void> {
  for (const shard of job.plan.shards.keys()) {
    await runShard(job, shard, from, options());
  }
}

describe.each(['folder', 's3'] as const)('a job in a %s', (kind) => {
  const place = places[kind];
  const plan = (more: object = {}) =>
    makePlan([place.input()], place.output(), embedder, { model, rowsPerShard: 10, maxQuarantined: '1', ...more });
  beforeEach(() => place.write(corpus));

  test('holds every row once, in order, and those without a text in quarantine', async () => {
    const job = await plan();
    expect(job.plan.shards.map(({ rows }) => rows)).toEqual([10, 10, 7]);
    await runAll(job);
    const manifest = await finishJob(job);
    expect(manifest).toMatchObject({ rows: 25, quarantined: 1, plan: job.id });
    expect(place.names().sort()).toEqual(
      [
        ...(kind === 'folder' ? ['_commits'] : []),
        ...['_SUCCESS', '_manifest.json', '_plan.json', '_quarantine.jsonl'],
        ...manifest.parts.map(({ file }) => file),
      ].sort(),
    );
    if (kind === 'folder') {
      const read = async (path: string) => {
        const rows = [];
        for await (const row of readRows(path, ['id', 'text', 'embedding'], 'DATA_INVALID')) {
          rows.push((row as { value: unknown }).value);
        }
        return rows;
      };
      const rows = (await Promise.all(manifest.parts.map(({ file }) => read(join(place.output(), file))))).flat();
      const whole = join(folder, 'whole.parquet');
      await embedToFile(embedder, await openTexts(place.input(), { onInvalid: () => undefined }), whole);
      expect(rows).toEqual(await read(whole));
      expect(JSON.parse(readFileSync(join(place.output(), '_quarantine.jsonl'), 'utf8'))).toMatchObject({
        place: 'line 8',
        shard: 0,
      });
    }
  });

  test('of two who do the same shard one counts, and the other leaves nothing', async () => {
    const job = await plan();
    const other = { workFolder: join(folder, 'elsewhere') };
    const states = await Promise.all([runShard(job, 1, embedder, options()), runShard(job, 1, embedder, other)]);
    expect(states.map(({ state }) => state).sort()).toEqual(['done', 'lost']);
    expect(place.names().filter((name) => name.startsWith('part-'))).toHaveLength(1);
    expect(await runShard(job, 1, embedder, options())).toEqual({ state: 'earlier' });
    expect((await jobStatus(job)).open).toEqual([0, 2]);
  });

  test('cannot be finished before its end, nor with a damaged part', async () => {
    const job = await plan();
    await runShard(job, 0, embedder, options());
    await expect(finishJob(job)).rejects.toMatchObject({ code: 'JOB_INCOMPLETE', details: { missing: 2, first: 1 } });
    await runAll(job);
    const part = place.names().find((name) => name.startsWith('part-00001')) as string;
    place.flip(part);
    await expect(finishJob(job)).rejects.toMatchObject({
      code: 'JOB_PLAN_INVALID',
      message: expect.stringContaining(part),
    });
    expect(place.names()).not.toContain('_SUCCESS');
  });

  test('whose input changed refuses to go on', async () => {
    const job = await plan();
    place.write(corpus.replace('text 24', 'text 42!'));
    await expect(runShard(job, 0, embedder, options())).rejects.toMatchObject({ code: 'JOB_INPUT_CHANGED' });
  });

  test('is planned once: the same plan is the same job, another is refused', async () => {
    const job = await plan();
    expect((await plan()).id).toBe(job.id);
    expect((await openJob(`${place.output()}/_plan.json`)).plan).toEqual(job.plan);
    await expect(plan({ rowsPerShard: 5 })).rejects.toMatchObject({ code: 'JOB_PLAN_EXISTS' });
  });

  test('with more in quarantine than is allowed is whole, and says so', async () => {
    const job = await plan({ maxQuarantined: '0' });
    await runAll(job);
    await expect(finishJob(job)).rejects.toMatchObject({ code: 'JOB_BUDGET', details: { rows: 1, budget: 0 } });
    expect(place.names()).toContain('_SUCCESS');
  });
});

test('a data set of the hub is held to the commit that it was when the job was planned', async () => {
  const { output, write } = places.folder;
  write(corpus);
  const table = join(folder, 'train.parquet');
  await embedToFile(embedder, await openTexts(join(folder, 'corpus.jsonl'), { onInvalid: () => undefined }), table);
  const bytes = readFileSync(table);
  const files = { 'README.md': '# A corpus', 'data/train-00000-of-00001.parquet': bytes };
  const hub = await hubServer({ kind: 'dataset', id: 'owner/corpus', files, large: Object.keys(files).slice(1) });
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  const job = await makePlan(['hf://datasets/owner/corpus'], output(), embedder, { model, rowsPerShard: 10 });
  expect(job.plan.inputs).toEqual([
    {
      store: expect.stringMatching(/^hf:\/\/datasets\/owner\/corpus@[0-9a-f]{40}$/),
      key: 'data/train-00000-of-00001.parquet',
      size: bytes.length,
      etag: sha256(bytes),
    },
  ]);
  await runAll(job);
  expect(await finishJob(job)).toMatchObject({ rows: 25, quarantined: 0 });
});

test('a worker with another recipe is refused', async () => {
  const { input, output, write } = places.folder;
  write(corpus);
  const job = await makePlan([input()], output(), embedder, { model });
  const other = join(folder, 'other');
  makeTinyFolder(other, 'mpnet');
  await using wrong = await Embedder.load(other, { engine: 'onnxruntime' });
  await expect(runShard(job, 0, wrong, options())).rejects.toMatchObject({
    code: 'JOB_RECIPE_DIFFERS',
    message: expect.stringContaining('another model'),
  });
});

test('rows that were found to fail are left out, and told with the reason', async () => {
  const { input, output, write } = places.folder;
  write(corpus);
  const job = await makePlan([input()], output(), embedder, { model, maxQuarantined: '2' });
  const { commit } = await runShard(job, 0, embedder, { ...options(), leftOut: new Map([['line 3', 'it crashes']]) });
  expect(commit).toMatchObject({
    rows: 24,
    quarantined: [{ place: 'line 3', id: '2', reason: 'it crashes' }, { place: 'line 8' }],
  });
  await finishJob(job);
});

test('a shard in which no row fails alone has no poison', async () => {
  const { input, output, write } = places.folder;
  write(corpus);
  const job = await makePlan([input()], output(), embedder, { model });
  expect(await isolatePoison(job, 0, { path: model, options: { engine: 'onnxruntime' } })).toEqual(new Map());
});

test('inputs that are no texts, or not there, are refused when the job is planned', async () => {
  const { output } = places.folder;
  const plan = (input: string, texts = {}) => makePlan([join(folder, input)], output(), embedder, { model, texts });
  writeFileSync(join(folder, 'empty.txt'), '');
  await expect(plan('empty.txt')).rejects.toMatchObject({ code: 'TEXTS_INVALID' });
  places.folder.write(corpus);
  await expect(plan('corpus.jsonl', { field: 'content' })).rejects.toMatchObject({
    message: expect.stringContaining('"text", which --field can name'),
  });
  await expect(plan('*.parquet')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await expect(openJob(folder)).rejects.toMatchObject({ code: 'JOB_PLAN_INVALID' });
});

describe('a bucket that fails now and then', () => {
  const { input, output, write } = places.s3;

  test('slows down, cuts reads and cuts uploads: the job ends all the same', async () => {
    write(corpus);
    const job = await makePlan([input()], output(), embedder, { model, rowsPerShard: 10, maxQuarantined: '1' });
    const seen = new Map<string, number>();
    s3.fault = (method, path) => {
      const times = (seen.get(method + path) ?? 0) + 1;
      seen.set(method + path, times);
      return times === 1 ? { status: 503, code: 'SlowDown' } : times === 2 && method !== 'HEAD' ? 'cut' : undefined;
    };
    await runAll(job);
    s3.fault = () => undefined;
    expect(await finishJob(job)).toMatchObject({ rows: 25 });
  });

  test('with expired credentials it says so, and leaves nothing', async () => {
    write(corpus);
    const job = await makePlan([input()], output(), embedder, { model });
    s3.fault = (method) => (method === 'PUT' ? { status: 403, code: 'ExpiredToken' } : undefined);
    await expect(runShard(job, 0, embedder, options())).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('ExpiredToken'),
    });
    expect(places.s3.names()).toEqual(['_plan.json']);
  });
});
