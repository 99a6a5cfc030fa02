import { expect, test } from 'vitest';
import { OctavecError } from '../../base/index.js';
import { Problem, type ProblemKind } from '../../http/index.js';
import { checkSize, inTeisWords } from './checks.js';
import { teiError, teiStatus } from './errors.js';

test('a request may have as many inputs as the limit, and no more', () => {
  expect(() => checkSize(32, 32)).not.toThrow();
  expect(() => checkSize(0, 1)).not.toThrow();
  expect(() => checkSize(33, 32)).toThrow('batch size 33 > maximum allowed batch size 32');
});

test('over-long inputs are told as TEI does, other errors as they are', () => {
  const long = new OctavecError('TEXT_TOO_LONG', { index: 3, tokens: 600, maxTokens: 512 });
  expect(inTeisWords(long)).toMatchObject({
    kind: 'invalid',
    message: '`inputs` must have less than 512 tokens. Given: 600',
  });
  const other = new OctavecError('TEXT_INVALID', { index: 0, why: 'x' });
  expect(inTeisWords(other)).toBe(other);
  expect(inTeisWords('thrown')).toBe('thrown');
});

test.each([
  ['empty', 400, 'Empty'],
  ['invalid', 422, 'Validation'],
  ['too_large', 413, 'Validation'],
  ['unknown_model', 422, 'Validation'],
  ['tokenizer', 422, 'Tokenizer'],
  ['internal', 424, 'Backend'],
  ['overloaded', 429, 'Overloaded'],
  ['loading', 503, 'Unhealthy'],
  ['unknown_route', 404, 'Validation'],
] as [ProblemKind, number, string][])('%s is status %d and "%s"', (kind, status, type) => {
  const problem = new Problem(kind, 'why');
  expect(teiStatus(problem)).toBe(status);
  expect(teiError(problem)).toEqual({ error: 'why', error_type: type });
});

test('a wrong key has status 401 and no body', () => {
  const problem = new Problem('unauthorized', 'why');
  expect([teiStatus(problem), teiError(problem)]).toEqual([401, undefined]);
});
