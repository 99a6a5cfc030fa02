import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OctavecError } from './errors.js';
import { asReadError, codeOf, isMissing, isSystemError } from './system-error.js';

/** Returns what reading a path throws. */
function thrownFor(path: string): unknown {
  try {
    return readFileSync(path);
  } catch (error) {
    return error;
  }
}

test('errors of the system are told from others, whatever was thrown', () => {
  expect(isSystemError(thrownFor('/no such file'))).toBe(true);
  for (const other of [new Error('no'), new TypeError('no'), undefined, null, 'ENOENT', 3]) {
    expect(isSystemError(other)).toBe(false);
    expect(codeOf(other)).toBeUndefined();
    expect(isMissing(other)).toBe(false);
  }
});

test('what lies in no folder, or in a file, is missing; a folder in place of a file is not', () => {
  expect(isMissing(thrownFor('/no such folder/file'))).toBe(true);
  expect(isMissing(thrownFor(`${import.meta.filename}/file`))).toBe(true);
  expect(codeOf(thrownFor(import.meta.dirname))).toBe('EISDIR');
  expect(isMissing(thrownFor(import.meta.dirname))).toBe(false);
});

test('a missing file is not found, and any other is not readable', () => {
  const missing = asReadError(thrownFor('/no such file'), '/no such file', 'The model');
  expect(missing).toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: 'The model not found: /no such file. Check the path.',
  });
  const cause = thrownFor(import.meta.dirname);
  const folder = asReadError(cause, 'base', 'The model');
  expect(folder).toMatchObject({ code: 'FILE_NOT_READABLE', cause });
  expect(folder.message).toContain('EISDIR');
  expect(asReadError('no error', 'x', 'The model').message).toContain('no error');
});

test('an error of the table stays itself', () => {
  const error = new OctavecError('CANCELLED', { what: 'reading' });
  expect(asReadError(error, 'x', 'The model')).toBe(error);
});
