import { describe, expect, test } from 'vitest';
import { filesOfRows, hubAddress } from './hub-store.js';

describe('the address of a data set', () => {
  test.each([
    ['hf://datasets/a/b', { id: 'a/b', path: '' }],
    ['datasets/a/b/', { id: 'a/b', path: '' }],
    ['hf://datasets/a/b/x/*.parquet', { id: 'a/b', path: 'x/*.parquet' }],
    ['hf://datasets/a/b@v2/x', { id: 'a/b', revision: 'v2', path: 'x' }],
    ['hf://datasets/a/b@refs/convert/parquet/x/y', { id: 'a/b', revision: 'refs/convert/parquet', path: 'x/y' }],
    ['hf://datasets/a/b@refs/pr/7', { id: 'a/b', revision: 'refs/pr/7', path: '' }],
    ['hf://datasets/a/b@refs%2Fpr%2F7/x', { id: 'a/b', revision: 'refs/pr/7', path: 'x' }],
  ])('%s', (text, address) => {
    expect(hubAddress(text)).toEqual(address);
  });

  test.each([
    'hf://a/b',
    'hf://datasets/a',
    'hf://datasets/a/',
    'hf://datasets/-a/b',
    'hf://datasets/a..b/c',
    's3://datasets/a/b',
    './datasets/a/b',
    '',
    'hf://datasets/a/b@%zz/x',
  ])('%j is none', (text) => {
    expect(hubAddress(text)).toBeUndefined();
  });
});

describe('files that hold the rows of a data set', () => {
  const keysOf = (...keys: string[]) =>
    filesOfRows(keys.map((key) => ({ key, size: 1, etag: '' }))).map(({ key }) => key);

  test('are its Parquet files, where there are any', () => {
    expect(keysOf('README.md', 'a.jsonl', 'data/b.parquet', 'data/a.parquet')).toEqual([
      'data/b.parquet',
      'data/a.parquet',
    ]);
  });

  test('are else its files of texts, packed or not', () => {
    expect(keysOf('README.md', 'a.JSONL', 'b.csv.gz', 'c.txt', 'd.tsv', 'e.ndjson', 'f.json', 'g.zip')).toEqual([
      'a.JSONL',
      'b.csv.gz',
      'c.txt',
      'd.tsv',
      'e.ndjson',
    ]);
    expect(keysOf()).toEqual([]);
  });
});
