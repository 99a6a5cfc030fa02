import { expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { readError } from './read-error.js';

const coded = (code: string, more: object = {}) => Object.assign(new Error('reason'), { code, ...more });

test.each([
  ['a missing file', coded('ENOENT', { syscall: 'open' }), 'FILE_NOT_FOUND'],
  ['a file that may not be read', coded('EACCES', { syscall: 'open' }), 'FILE_NOT_READABLE'],
  ['damaged gzip', coded('Z_DATA_ERROR'), 'TEXTS_INVALID'],
  ['gzip that ends early', coded('Z_BUF_ERROR'), 'TEXTS_INVALID'],
  ['what a reader refuses', new RangeError('line 1 is wrong'), 'TEXTS_INVALID'],
  ['what csv-parse refuses', coded('CSV_QUOTE_NOT_CLOSED'), 'TEXTS_INVALID'],
  ['any other', new Error('disk on fire'), 'FILE_NOT_READABLE'],
])('%s', (_, error, code) => {
  expect(readError('a.txt', error)).toMatchObject({ code, cause: error, details: { path: 'a.txt' } });
});

test('an error of the table stays as it is', () => {
  const error = new OctavecError('TEXTS_INVALID', { path: 'x', why: 'y' });
  expect(readError('a.txt', error, 'DATA_INVALID')).toBe(error);
});

test('data of evaluations are called so', () => {
  expect(readError('a', new RangeError('x'), 'DATA_INVALID').code).toBe('DATA_INVALID');
  expect(readError('a', coded('ENOENT'), 'DATA_INVALID').details).toMatchObject({ what: 'File of evaluation data' });
  expect(readError('a', coded('ENOENT')).details).toMatchObject({ what: 'File of texts' });
});
