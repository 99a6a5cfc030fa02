import { expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { countedFrom } from './counted-from.js';

test('the text of an error is counted from the beginning of the whole', () => {
  const error = new OctavecError('TEXT_TOO_LONG', { index: 3, tokens: 9, maxTokens: 8 }, 'cause');
  expect(countedFrom(100, error)).toMatchObject({
    code: 'TEXT_TOO_LONG',
    details: { index: 103, tokens: 9, maxTokens: 8 },
    cause: 'cause',
  });
  expect(error.details).toMatchObject({ index: 3 });
});

test('so are several', () => {
  const error = new OctavecError('VECTOR_NOT_FINITE', { path: 'm', indices: [0, 7] });
  expect(countedFrom(10, error)).toMatchObject({
    code: 'VECTOR_NOT_FINITE',
    details: { path: 'm', indices: [10, 17] },
  });
});

test('errors that name no text, and those of the first window, stay as they are', () => {
  const closed = new OctavecError('CLOSED', { what: 'model' });
  const first = new OctavecError('TEXT_INVALID', { index: 3, why: 'x' });
  expect(countedFrom(10, closed)).toBe(closed);
  expect(countedFrom(0, first)).toBe(first);
  expect(countedFrom(10, 'thrown')).toBe('thrown');
});
