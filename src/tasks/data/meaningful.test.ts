import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Task } from '../task.js';
import { itemReaders, kindOfFile } from './item-data.js';
import { meaningful } from './meaningful.js';
import { mtebTask, mtebTaskNames } from './mteb-tasks.js';
import { score } from './score.js';

const pair = (score: number, label: 0 | 1 = 0) => ({ first: 'a', second: 'b', score, label });
const text = (label: string) => ({ label, text: 'a' });
const query = (positive: string[], negative: string[]) => ({ text: 'q', positive, negative });

describe('data that tell no model from another are refused, and why', () => {
  test.each<[string, Task]>([
    ['fewer than two items', { kind: 'sts', name: '', pairs: [pair(1)] }],
    ['all its scores are the same', { kind: 'sts', name: '', pairs: [pair(1), pair(1)] }],
    ['fewer than two items', { kind: 'pair-classification', name: '', pairs: [] }],
    ['all its labels are the same', { kind: 'pair-classification', name: '', pairs: [pair(0, 1), pair(1, 1)] }],
    ['none of its queries has both', { kind: 'reranking', name: '', queries: [query(['a'], []), query([], ['b'])] }],
    ['none of its queries has both', { kind: 'reranking', name: '', queries: [] }],
    ['fewer than two items', { kind: 'reranking', name: '', queries: [query(['a'], ['b'])] }],
    ['fewer than two items', { kind: 'classification', name: '', train: [text('x'), text('y')], test: [text('x')] }],
    ['fewer than two items', { kind: 'classification', name: '', train: [], test: [text('x'), text('y')] }],
    [
      'all its labels to learn from are the same',
      { kind: 'classification', name: '', train: [text('x'), text('x')], test: [text('x'), text('y')] },
    ],
    ['fewer than two items', { kind: 'clustering', name: '', sets: [] }],
    ['fewer than two items', { kind: 'clustering', name: '', sets: [[text('x'), text('y')], [text('x')]] }],
    ['all its labels are the same', { kind: 'clustering', name: '', sets: [[text('x'), text('x')]] }],
  ])('%s', (why, task) => {
    expect(() => meaningful(task, 'data.tsv')).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringContaining(why) }),
    );
  });

  test.each<[Task]>([
    [{ kind: 'sts', name: '', pairs: [pair(1), pair(2)] }],
    [{ kind: 'reranking', name: '', queries: [query(['a'], ['b']), query([], [])] }],
    [{ kind: 'clustering', name: '', sets: [[text('x'), text('y')]] }],
  ])('others are not: %#', (task) => {
    expect(meaningful(task, '')).toBe(task);
  });
});

describe('scores', () => {
  test.each([
    [3, 3],
    ['3', 3],
    [' 4.5 ', 4.5],
    ['.5', 0.5],
    ['5.', 5],
    ['-1e-3', -0.001],
    ['+2E2', 200],
    [0, 0],
  ])('%j is %s', (value, expected) => {
    expect(score.parse(value)).toBe(expected);
  });

  test.each([
    [''],
    [' '],
    ['1,5'],
    ['0x10'],
    ['1e999'],
    ['NaN'],
    ['Infinity'],
    [Number.NaN],
    [null],
    [undefined],
    [true],
    [[1]],
  ])('%j is none', (value) => {
    expect(score.safeParse(value).error?.issues[0].message).toBeTruthy();
  });
});

describe('files of items', () => {
  const folder = mkdtempSync(join(tmpdir(), 'octavec-items-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;
  const fileOf = (...records: object[]) => {
    const path = join(folder, `${files++}.jsonl`);
    writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return path;
  };

  test.each([
    [{ sentence1: 'a', sentence2: 'b', score: 1 }, 'sts'],
    [{ sent1: ['a'], sent2: ['b'], labels: [1] }, 'pair-classification'],
    [{ query: 'a', positive: [], negative: [] }, 'reranking'],
    [{ text: 'a', label: 1 }, 'clustering'],
    [{ sentences: ['a'], labels: ['x'] }, 'clustering'],
    [{ text: 'a' }, undefined],
    [{ sentence1: 'a', sentence2: 'b', score: null }, undefined],
  ])('are told by their fields: %j', async (record, kind) => {
    expect(await kindOfFile(fileOf(record), false)).toBe(kind);
  });

  test('with training data beside them, labelled texts are classified, sets of them clustered', async () => {
    expect(await kindOfFile(fileOf({ text: 'a', label: 1 }), true)).toBe('classification');
    expect(await kindOfFile(fileOf({ sentences: ['a'], labels: ['x'] }), true)).toBe('clustering');
  });

  test('a query may be said in several ways, and must be said in one', async () => {
    const several = fileOf({ query: ['first', 'second'], positive: 'p', negative: ['n'] });
    expect(await itemReaders.reranking('r', [several], [])).toMatchObject({
      queries: [{ text: 'first', positive: ['p'], negative: ['n'] }],
    });
    const none = fileOf({ query: 'q', positive: [], negative: [] }, { query: [], positive: ['p'], negative: ['n'] });
    await expect(itemReaders.reranking('r', [none], [])).rejects.toMatchObject({
      code: 'DATA_INVALID',
      details: { path: none, why: expect.stringMatching(/^line 2: query/) },
    });
  });

  test('labels of pairs are 0 and 1 in all their forms, one for each pair', async () => {
    const forms = fileOf(...[0, 1, '0', '1', false, true].map((label) => ({ sentence1: 'a', sentence2: 'b', label })));
    const task = await itemReaders['pair-classification']('p', [forms], []);
    expect(task.kind === 'pair-classification' && task.pairs.map(({ label }) => label)).toEqual([0, 1, 0, 1, 0, 1]);
    const short = fileOf({ sent1: ['a', 'b'], sent2: ['c', 'd'], labels: [1] });
    await expect(itemReaders['pair-classification']('p', [short], [])).rejects.toThrow(
      'record 1: label: 1 for 2 pairs',
    );
    const two = fileOf({ sentence1: 'a', sentence2: 'b', label: 2 });
    await expect(itemReaders['pair-classification']('p', [two], [])).rejects.toThrow('line 1: label');
  });

  test('records of one text are a set together, others sets of their own', async () => {
    const flat = fileOf({ text: 'a', label: 1 }, { text: 'b', label: true });
    expect(await itemReaders.clustering('c', [flat], [])).toMatchObject({
      sets: [
        [
          { text: 'a', label: '1' },
          { text: 'b', label: 'true' },
        ],
      ],
    });
    const sets = fileOf({ sentences: ['a', 'b'], labels: ['x', 'y'] }, { sentences: ['c'], labels: ['z'] });
    expect(await itemReaders.clustering('c', [sets], [])).toMatchObject({ sets: [{ length: 2 }, { length: 1 }] });
    const odd = fileOf({ sentences: ['a', 'b'], labels: ['x'] });
    await expect(itemReaders.clustering('c', [odd], [])).rejects.toThrow('record 1: the record: 2 texts and 1 labels');
  });
});

test("tasks of MTEB have names, data sets and revisions of their own, and only the hub's", () => {
  const all = mtebTaskNames.map((name) => mtebTask(name));
  expect(new Set(mtebTaskNames).size).toBe(mtebTaskNames.length);
  expect(new Set(all.map((task) => task?.id)).size).toBe(all.length);
  expect(all.every((task) => /^[0-9a-f]{40}$/.test(task?.revision ?? ''))).toBe(true);
  expect([mtebTask('scifact'), mtebTask('toString'), mtebTask('')]).toEqual([undefined, undefined, undefined]);
  expect(mtebTask('ArguAna')?.settings).toEqual({ ignoreIdenticalIds: true });
});
