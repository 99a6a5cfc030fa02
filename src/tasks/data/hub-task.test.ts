import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hubServer, type ServedRepository } from '../../../test/support/hub-server.js';
import { parseHubDataset } from './hub-task.js';
import { readTask } from './read-task.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'octavec-hub-task-'));
  vi.stubEnv('HF_HUB_CACHE', cache);
  vi.stubEnv('HF_TOKEN_PATH', '/nowhere');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

/** A hub with these data sets, which the environment names. */
async function hub(...repositories: readonly Omit<ServedRepository, 'kind'>[]) {
  const server = await hubServer(...repositories.map((repository) => ({ kind: 'dataset', ...repository }) as const));
  vi.stubEnv('HF_ENDPOINT', server.endpoint);
  return server;
}

const lines = (...records: readonly object[]) => records.map((record) => JSON.stringify(record)).join('\n');
const parquet = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../test/fixtures/parquet/${name}.parquet`, import.meta.url)));

const pair = (score: number) => ({ split: 'test', sentence1: `a ${score}`, sentence2: 'b', score });
const corpus = lines({ _id: 'd1', title: 'T', text: 'x' }, { _id: 'd2', text: 'y' });
const queries = lines({ _id: 'q1', text: 'ask' }, { _id: 'q2', text: 'unjudged' });

describe('data sets of the hub become tasks, as MTEB reads them', () => {
  test('STS in compressed lines; the other splits are not fetched', async () => {
    const test = gzipSync(lines(pair(5), pair(0.5)));
    const { seen } = await hub({ id: 'mteb/toy-sts', files: { 'test.jsonl.gz': test, 'validation.jsonl.gz': 'x' } });
    expect(await readTask('mteb/toy-sts')).toEqual({
      kind: 'sts',
      name: 'toy-sts',
      pairs: [
        { first: 'a 5', second: 'b', score: 5 },
        { first: 'a 0.5', second: 'b', score: 0.5 },
      ],
    });
    expect(seen.some(({ path }) => path.includes('validation'))).toBe(false);
  });

  test('retrieval in lines', async () => {
    const qrels = lines({ 'query-id': 'q1', 'corpus-id': 'd2', score: 1 });
    await hub({
      id: 'mteb/toy',
      files: { 'corpus.jsonl': corpus, 'queries.jsonl': queries, 'qrels/test.jsonl': qrels },
    });
    const task = await readTask('mteb/toy');
    expect(task).toMatchObject({ kind: 'retrieval', queries: [{ id: 'q1', text: 'ask' }], corpus: { count: 2 } });
  });

  test('retrieval whose judgements are a data set of their own', async () => {
    const qrels = 'query-id\tcorpus-id\tscore\nq1\td2\t1\n';
    await hub(
      { id: 'BeIR/toy', files: { 'corpus.jsonl.gz': gzipSync(corpus), 'queries.jsonl.gz': gzipSync(queries) } },
      { id: 'BeIR/toy-qrels', files: { 'test.tsv': qrels, 'train.tsv': 'x' } },
    );
    expect(await readTask('BeIR/toy')).toMatchObject({ kind: 'retrieval', name: 'toy', queries: [{ id: 'q1' }] });
  });

  test('reranking in the layout of retrieval', async () => {
    const qrels = lines(
      { 'query-id': 'q1', 'corpus-id': 'd2', score: 1 },
      { 'query-id': 'q2', 'corpus-id': 'd1', score: 1 },
    );
    const ranked = lines(
      { 'query-id': 'q1', 'corpus-ids': ['d1', 'd2'] },
      { 'query-id': 'q2', 'corpus-ids': ['d2', 'd1'] },
    );
    const files = {
      'corpus/test.jsonl': corpus,
      'queries/test.jsonl': queries,
      'qrels/test.jsonl': qrels,
      'top_ranked/test.jsonl': ranked,
    };
    await hub({ id: 'mteb/toy', files });
    expect(await readTask('mteb/toy')).toEqual({
      kind: 'reranking',
      name: 'toy',
      queries: [
        { text: 'ask', positive: ['y'], negative: ['T x'] },
        { text: 'unjudged', positive: ['T x'], negative: ['y'] },
      ],
    });
  });

  test('classification in Parquet; the same texts clustered, where that is asked for', async () => {
    const files = {
      'data/test-00000-of-00001.parquet': parquet('labelled-snappy'),
      'data/train-00000-of-00001.parquet': parquet('labelled-gzip'),
    };
    await hub({ id: 'mteb/toy', files, large: Object.keys(files) });
    expect(await readTask('mteb/toy')).toMatchObject({
      kind: 'classification',
      train: { length: 7 },
      test: { length: 7 },
    });
    expect(await readTask('clustering:mteb/toy')).toMatchObject({ kind: 'clustering', sets: [{ length: 7 }] });
  });

  test('what cannot be read is taken from the conversion of the hub', async () => {
    const branches = { 'refs/convert/parquet': { 'default/test/0000.parquet': parquet('sets') } };
    await hub({ id: 'mteb/toy', files: { 'toy.py': 'script' }, branches });
    expect(await readTask('mteb/toy')).toMatchObject({ kind: 'clustering', sets: [{ length: 3 }, { length: 3 }] });
  });

  test('one part of several, at a revision', async () => {
    const v2 = { 'en/test.jsonl': lines(pair(1), pair(2)), 'de/test.jsonl': lines(pair(3), pair(4)) };
    await hub({ id: 'mteb/toy', files: v2, branches: { v2 } });
    await expect(readTask('mteb/toy')).rejects.toThrow('name one of en, de behind a slash (mteb/toy/…)');
    expect(await readTask('mteb/toy/de@v2')).toMatchObject({ name: 'toy/de', pairs: [{ score: 3 }, { score: 4 }] });
  });

  test('by the name that MTEB has for it: at its revision, with its settings', async () => {
    const [sts, emotion] = ['b0fddb56ed78048fa8b90373c8a3cfc37b684831', '4f58c6b202a23cf9a4da393831edf4f9183cad37'];
    const texts = lines({ text: 'a', label: 1 }, { text: 'b', label: 0 });
    const arguana = 'c22ab2a51041ffd869aaddef7af8d8215647e41a';
    const qrels = lines({ 'query-id': 'q1', 'corpus-id': 'd2', score: 1 });
    const found = { 'corpus.jsonl': corpus, 'queries.jsonl': queries, 'qrels/test.jsonl': qrels };
    const { seen } = await hub(
      { id: 'mteb/arguana', files: {}, branches: { [arguana]: found } },
      { id: 'mteb/stsbenchmark-sts', files: {}, branches: { [sts]: { 'test.jsonl': lines(pair(1), pair(2)) } } },
      { id: 'mteb/emotion', files: {}, branches: { [emotion]: { 'test.jsonl': texts, 'train.jsonl': texts } } },
    );
    expect(await readTask('STSBenchmark')).toMatchObject({ kind: 'sts', name: 'STSBenchmark', pairs: { length: 2 } });
    expect(seen[0].path).toContain(sts);
    const task = await readTask('EmotionClassification');
    expect(task).toMatchObject({ kind: 'classification', name: 'EmotionClassification', examplesPerLabel: 16 });
    expect(await readTask('ArguAna')).toMatchObject({ kind: 'retrieval', ignoreIdenticalIds: true });
    await expect(readTask('sts:EmotionClassification')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
  });

  test('from the cache, offline', async () => {
    const server = await hub({ id: 'mteb/toy', files: { 'test.jsonl': lines(pair(1), pair(2)) } });
    const online = await readTask('mteb/toy');
    await server.stop();
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await readTask('mteb/toy')).toEqual(online);
    await expect(readTask('mteb/other')).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
  });
});

describe('what is no task', () => {
  test.each([
    [{ 'README.md': '# none' }, 'DATA_INVALID', 'neither corpus.jsonl (retrieval) nor a test file'],
    [
      { 'test.jsonl': lines({ question: 'a' }, { question: 'b' }) },
      'DATA_INVALID',
      'fields are those of no kind of task',
    ],
    [{ 'test.jsonl': lines(pair(1)) }, 'DATA_INVALID', 'fewer than two items'],
    [{ 'corpus.jsonl': corpus, 'qrels.tsv': 'query-id\tcorpus-id\tscore' }, 'DATA_INVALID', 'it has no queries'],
    [{ 'test.jsonl': lines({ ...pair(1), score: 'high' }) }, 'DATA_INVALID', 'line 1: score'],
    [{ 'test.jsonl.gz': 'no gzip' }, 'DATA_INVALID', 'cannot be decompressed'],
    [
      { 'test.jsonl': lines({ sent1: ['a', 'b'], sent2: ['c'], labels: [1, 0] }) },
      'DATA_INVALID',
      '2 first and 1 second',
    ],
  ])('%j', async (files, code, message) => {
    await hub({ id: 'mteb/toy', files: files as Record<string, string> });
    await expect(readTask('mteb/toy')).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test.each(['mteb', 'a/b/c/d', './mteb/toy', '/mteb/toy', 'mteb/..', 'mteb/to y', '@x/y'])('%s is no name', (text) => {
    expect(parseHubDataset(text)).toBeUndefined();
  });
});
