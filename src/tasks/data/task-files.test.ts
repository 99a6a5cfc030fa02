import { describe, expect, test } from 'vitest';
import { taskFiles } from './task-files.js';

/** The files by role, roles without files left out. */
function sorted(paths: readonly string[], subset?: string): object {
  const found = taskFiles(paths, subset);
  return 'subsets' in found ? found : Object.fromEntries(Object.entries(found).filter(([, files]) => files.length > 0));
}

describe('files of data sets, as they lie on disk and on the hub', () => {
  test.each([
    [
      'BEIR',
      ['corpus.jsonl', 'queries.jsonl', 'qrels/test.tsv', 'qrels/train.tsv', 'qrels/dev.tsv'],
      { corpus: ['corpus.jsonl'], queries: ['queries.jsonl'], qrels: ['qrels/test.tsv'] },
    ],
    [
      'one file of judgements',
      ['corpus.jsonl', 'queries.jsonl', 'qrels.tsv'],
      { corpus: ['corpus.jsonl'], queries: ['queries.jsonl'], qrels: ['qrels.tsv'] },
    ],
    [
      'judgements without a test split',
      ['corpus.jsonl', 'queries.jsonl', 'qrels/dev.tsv'],
      { corpus: ['corpus.jsonl'], queries: ['queries.jsonl'], qrels: ['qrels/dev.tsv'] },
    ],
    [
      'Parquet of retrieval, in shards',
      [
        'README.md',
        'corpus/corpus-00000-of-00002.parquet',
        'corpus/corpus-00001-of-00002.parquet',
        'queries/queries-00000-of-00001.parquet',
        'data/test-00000-of-00001.parquet',
        'data/train-00000-of-00001.parquet',
      ],
      {
        corpus: ['corpus/corpus-00000-of-00002.parquet', 'corpus/corpus-00001-of-00002.parquet'],
        queries: ['queries/queries-00000-of-00001.parquet'],
        qrels: ['data/test-00000-of-00001.parquet'],
      },
    ],
    [
      'reranking with candidates',
      ['corpus/test-0.parquet', 'queries/test.parquet', 'qrels/test.parquet', 'top_ranked/test.parquet'].map((path) =>
        path.replace('-0.', '.'),
      ),
      {
        corpus: ['corpus/test.parquet'],
        queries: ['queries/test.parquet'],
        qrels: ['qrels/test.parquet'],
        topRanked: ['top_ranked/test.parquet'],
      },
    ],
    [
      'lines of JSON, compressed',
      ['train.jsonl.gz', 'validation.jsonl.gz', 'test.jsonl.gz'],
      { train: ['train.jsonl.gz'], test: ['test.jsonl.gz'] },
    ],
    ['no test split', ['train.jsonl', 'validation.jsonl'], { train: ['train.jsonl'], test: ['validation.jsonl'] }],
    [
      "the hub's own conversion",
      ['default/test/0000.parquet', 'default/test/0001.parquet', 'default/train/0000.parquet'],
      { train: ['default/train/0000.parquet'], test: ['default/test/0000.parquet', 'default/test/0001.parquet'] },
    ],
    ['one part alone', ['en/test.jsonl', 'en/train.jsonl'], { train: ['en/train.jsonl'], test: ['en/test.jsonl'] }],
    ['nothing to read', ['README.md', 'script.py', 'model.safetensors', 'notes.json'], {}],
  ])('%s', (_, paths, expected) => {
    expect(sorted(paths)).toEqual(expected);
  });

  test('of several parts one must be named', () => {
    const paths = ['en/test.jsonl', 'de/test.jsonl', 'de/train.jsonl'];
    expect(sorted(paths)).toEqual({ subsets: ['en', 'de'] });
    expect(sorted(paths, 'de')).toEqual({ test: ['de/test.jsonl'], train: ['de/train.jsonl'] });
    expect(sorted(paths, 'fr')).toEqual({ subsets: ['en', 'de'] });
    const retrieval = [
      'en-corpus/test.parquet',
      'en-queries/test.parquet',
      'en-qrels/test.parquet',
      'de-corpus/test.parquet',
    ];
    expect(sorted(retrieval, 'en')).toEqual({
      corpus: ['en-corpus/test.parquet'],
      queries: ['en-queries/test.parquet'],
      qrels: ['en-qrels/test.parquet'],
    });
    expect(sorted([...paths, 'test.jsonl'])).toEqual({ test: ['test.jsonl'] });
  });
});
