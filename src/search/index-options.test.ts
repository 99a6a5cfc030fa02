import { describe, expect, test } from 'vitest';
import { checkOptions } from '../base/index.js';
import { contextOptionChecks, indexOptionChecks, searchOptionChecks, updateOptionChecks } from './index-options.js';

const usage = expect.objectContaining({ code: 'USAGE' });

describe('options of an index', () => {
  const check = (options: object) => () => checkOptions(options, indexOptionChecks);

  test.each([
    {},
    { model: 'minilm', variant: 'int8', vectors: 'binary', dimensions: 128 },
    { model: undefined, chunking: undefined },
    { chunking: 'none' },
    { chunking: {} },
    { chunking: { tokens: 10, overlap: 5 } },
    { chunking: { tokens: undefined, overlap: 128 } },
  ])('%j are right', (options) => {
    expect(check(options)).not.toThrow();
  });

  test.each([
    [{ model: 7 }],
    [{ variant: 8 }],
    [{ vectors: 'int4' }],
    [{ dimensions: 0 }],
    [{ dimensions: 1.5 }],
    [{ store: null }],
    [{ store: 'folder' }],
    [{ chunking: 'some' }],
    [{ chunking: 256 }],
    [{ chunking: null }],
    [{ chunking: { tokens: 0 } }],
    [{ chunking: { tokens: '256' } }],
    [{ chunking: { tokens: 10, overlap: 6 } }],
    [{ chunking: { overlap: 129 } }],
    [{ chunking: { overlap: -1 } }],
    [{ chunking: { token: 256 } }],
    [{ other: 1 }],
  ])('%j are refused', (options) => {
    expect(check(options)).toThrow(usage);
  });
});

describe('options of a search', () => {
  const check = (options: object) => () => checkOptions(options, searchOptionChecks);

  test.each([
    { top: 1, mode: 'text', filter: 'a = 1', diversity: 0, explain: true, rescore: 'exact' },
    { filter: { kind: 'exists', field: 'a' }, diversity: 1, rescore: 1 },
    { rescore: 2.5, rerank: {} },
  ])('%j are right', (options) => {
    expect(check(options)).not.toThrow();
  });

  test.each([
    [{ top: 0 }],
    [{ top: Number.POSITIVE_INFINITY }],
    [{ mode: 'both' }],
    [{ filter: 7 }],
    [{ filter: null }],
    [{ diversity: -0.1 }],
    [{ diversity: 1.1 }],
    [{ diversity: Number.NaN }],
    [{ explain: 'yes' }],
    [{ rescore: 0.5 }],
    [{ rescore: 'fast' }],
    [{ rerank: 'model' }],
    [{ tokens: 5 }],
  ])('%j are refused', (options) => {
    expect(check(options)).toThrow(usage);
  });

  test('a context has tokens as well, an update neither', () => {
    expect(() => checkOptions({ tokens: 5, top: 3 }, contextOptionChecks)).not.toThrow();
    expect(() => checkOptions({ tokens: 0 }, contextOptionChecks)).toThrow(usage);
    expect(() => checkOptions({ field: 'body', maxFileBytes: 1 }, updateOptionChecks)).not.toThrow();
    expect(() => checkOptions({ top: 3 } as object, updateOptionChecks)).toThrow(usage);
  });
});
