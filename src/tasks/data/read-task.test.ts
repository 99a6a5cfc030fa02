import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTask } from './read-task.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'octavec-tasks-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, ...lines: readonly (string | object)[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(path, text);
  return path;
}

describe('reads', () => {
  test('sts from tab-separated fields, with a byte order mark and Windows line ends', async () => {
    const path = await file('sts.tsv', '\ufeffscore\tsentence1\tsentence2\r', '2.5\ta\tb\r', '\r', '0\tc "d"\te\r');
    expect(await readTask(`sts:${path}`)).toEqual({
      kind: 'sts',
      name: 'sts',
      pairs: [
        { first: 'a', second: 'b', score: 2.5 },
        { first: 'c "d"', second: 'e', score: 0 },
      ],
    });
  });

  test('pairs with labels as numbers and as text', async () => {
    const json = await file(
      'p.jsonl',
      { sentence1: 'a', sentence2: 'b', label: 1 },
      { sentence1: 'a', sentence2: 'c', label: 0 },
    );
    const tabs = await file('p.tsv', 'sentence1\tsentence2\tlabel', 'a\tb\t1', 'a\tc\t0');
    const expected = [
      { first: 'a', second: 'b', label: 1 },
      { first: 'a', second: 'c', label: 0 },
    ];
    for (const path of [json, tabs]) {
      expect(await readTask(`pair-classification:${path}`)).toMatchObject({ pairs: expected });
    }
  });

  test('reranking and clustering', async () => {
    const line = { query: 'q', positive: 'p', negative: ['n', 'm'] };
    const reranking = await readTask(`reranking:${await file('r.jsonl', line, line)}`);
    expect(reranking).toMatchObject({ queries: [{ text: 'q', positive: ['p'], negative: ['n', 'm'] }, {}] });
    const clustering = await readTask(`clustering:${await file('c.tsv', 'label\ttext', '1\ta', '2\tb')}`);
    expect(clustering).toMatchObject({ kind: 'clustering', sets: [[{ label: '1', text: 'a' }, {}]] });
  });

  test('classification from a folder', async () => {
    await file('classes/train.jsonl', { text: 'a', label: 3 }, { text: 'b', label: 'x' });
    await file('classes/test.tsv', 'text\tlabel', 'c\t3', 'd\tx');
    const task = await readTask(join(folder, 'classes'));
    expect(task).toMatchObject({ kind: 'classification', name: 'classes', test: [{ label: '3' }, { label: 'x' }] });
    expect(task).toMatchObject({ train: [{ label: '3' }, { label: 'x' }] });
  });

  test('retrieval from a folder in BEIR layout; queries without judgement are left out', async () => {
    await file('beir/corpus.jsonl', { _id: 1, title: 'T', text: 'x' }, { _id: 'b', text: 'y' });
    await file('beir/queries.jsonl', { _id: 'q', text: 'ask' }, { _id: 'r', text: 'unjudged' });
    await file('beir/qrels/test.tsv', 'query-id\tcorpus-id\tscore', 'q\t1\t2');
    const task = await readTask(join(folder, 'beir'));
    if (task.kind !== 'retrieval') {
      throw new Error(`it became ${task.kind}`);
    }
    const documents: unknown[] = [];
    for await (const document of task.corpus.read()) {
      documents.push(document);
    }
    expect(documents).toEqual([
      { id: '1', text: 'T x' },
      { id: 'b', text: 'y' },
    ]);
    expect(task.queries).toEqual([{ id: 'q', text: 'ask' }]);
    expect(task.corpus.count).toBe(2);
    expect(task.judgements).toEqual(new Map([['q', new Map([['1', 2]])]]));
  });

  test('retrieval with relevant documents that nobody can find, and says so', async () => {
    await file('missing/corpus.jsonl', { _id: 'a', text: 'line\u2028separator' }, { _id: 'b', text: 'y' });
    await file('missing/queries.jsonl', { _id: 'q', text: 'ask' });
    await file('missing/qrels.tsv', 'query-id\tcorpus-id\tscore', 'q\ta\t1', 'q\tc\t1', 'r\td\t1');
    const notes = ['1 of 2 relevant documents are missing from the corpus'];
    expect(await readTask(join(folder, 'missing'))).toMatchObject({ corpus: { count: 2 }, notes });
  });

  test('the embedded tasks', async () => {
    expect(await readTask('scifact-mini')).toMatchObject({ kind: 'retrieval', corpus: { count: 1000 } });
    const banking = await readTask('banking77-mini');
    expect(banking.kind === 'classification' && [banking.train.length, banking.test.length]).toEqual([1540, 770]);
  });
});

describe('refuses, and says where', () => {
  test.each([
    ['sts', 'x.tsv', ['score\tsentence1', '1\ta\tb'], /line 2: it has 3 fields/],
    ['sts', 'x.tsv', ['score\tsentence1\tsentence2', 'high\ta\tb'], /line 2: score/],
    ['sts', 'x.jsonl', ['{"score": 1'], /line 1: it is not JSON/],
    ['sts', 'x.tsv', ['score\tsentence1\tsentence2'], /fewer than two/],
    ['clustering', 'x.jsonl', ['[]'], /line 1: the record/],
    ['pair-classification', 'x.tsv', ['sentence1\tsentence2\tlabel', 'a\tb\t2'], /line 2: label/],
    ['sts', 'x.tsv', ['score\tsentence1\tsentence2', '\ta\tb'], /line 2: score: it is not a number/],
    ['sts', 'x.jsonl', [{ sentence1: 'a', sentence2: 'b', score: true }], /line 1: score: it is not a number/],
    ['sts', 'x.jsonl', [{ sentence1: 'a', sentence2: 'b', score: null }], /line 1: score: it is not a number/],
    ['sts', 'x.tsv', ['score\tsentence1\tsentence2', '3\ta\tb', '3.0\tc\td'], /all its scores are the same/],
    ['sts', 'x.tsv', ['5\ta\tb', '1\tc\td'], /line 1: it must hold headings .* and holds "5", "a", "b"/],
    ['sts', 'x.json', ['[', '  {', '    "score": 1'], /must hold an array|has no end|array has no end/],
    ['clustering', 'x.tsv', ['label\ttext', '1\ta', '1\tb'], /all its labels are the same/],
    ['reranking', 'x.jsonl', [{ query: 'q', positive: 'p', negative: [] }], /none of its queries has both/],
  ])('%s %s %j', async (kind, name, lines, message) => {
    const error = await readTask(`${kind}:${await file(name, ...lines)}`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DATA_INVALID', message: expect.stringMatching(message) });
  });

  test('bytes that are not UTF-8, with their line', async () => {
    const path = await file('latin1.tsv');
    await writeFile(path, Buffer.from('score\tsentence1\tsentence2\n1\tcaf\xe9\tb', 'latin1'));
    await expect(readTask(path)).rejects.toThrow(
      /latin1\.tsv cannot be used as evaluation data: line 2: it is not UTF-8/,
    );
  });

  test('an empty file', async () => {
    await expect(readTask(await file('empty.jsonl'))).rejects.toThrow('it holds no records');
  });

  const documents = [
    { _id: 'a', text: 'x' },
    { _id: 'b', text: 'y' },
  ];
  const queries = [{ _id: 'q', text: 'ask' }];
  test.each([
    ['two of its documents have the id "b"', [...documents, documents[1]], queries, ['q\ta\t1']],
    ['two of its queries have the id "q"', documents, [...queries, ...queries], ['q\ta\t1']],
    ['its corpus holds no documents', [], queries, ['q\ta\t1']],
    ['no relevant document is in the corpus', documents, queries, ['q\tc\t1', 'q\ta\t0']],
    ['no document is judged to be relevant', documents, queries, ['q\ta\t0']],
    ['none of its queries has a judgement', documents, queries, []],
    ['line 2: score: it is not a number', documents, queries, ['q\ta\t']],
  ])('retrieval: %s', async (message, corpus, asked, judged) => {
    await file('broken/corpus.jsonl', ...corpus);
    await file('broken/queries.jsonl', ...asked);
    await file('broken/qrels.tsv', 'query-id\tcorpus-id\tscore', ...judged);
    const error = await readTask(join(folder, 'broken')).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) });
  });

  test('names and folders that are no task', async () => {
    await expect(readTask('mteb-everything')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
    await expect(readTask('scifacts')).rejects.toThrow('Did you mean SciFact?');
    await expect(readTask('sorting:x.tsv')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
    await expect(readTask(`sts:${join(folder, 'none.tsv')}`)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await mkdir(join(folder, 'empty'), { recursive: true });
    await expect(readTask(join(folder, 'empty'))).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});
