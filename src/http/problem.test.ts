import { describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { Problem, type ProblemKind, problemOf } from './problem.js';

test.each([
  ['overloaded', 429, 1],
  ['loading', 503, 2],
  ['timeout', 504, 5],
  ['invalid', 400, undefined],
] as const)('%s is status %d, to be tried again after %d s', (kind, status, retryAfter) => {
  expect(new Problem(kind, 'why')).toMatchObject({ status, retryAfter });
});

describe('what was thrown', () => {
  test.each([
    [new OctavecError('QUEUE_FULL', { waiting: '3 texts', limit: '2' }), 'overloaded'],
    [new OctavecError('TEXT_INVALID', { index: 0, why: 'it is empty' }), 'tokenizer'],
    [new OctavecError('CLOSED', { what: 'model' }), 'loading'],
    [Object.assign(new Error('no'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE' }), 'too_large'],
    [Object.assign(new Error('no'), { statusCode: 429 }), 'rate_limited'],
    [Object.assign(new Error('no'), { statusCode: 418 }), 'invalid'],
  ] as [Error, ProblemKind][])('%s is %s', (error, kind) => {
    expect(problemOf(error).kind).toBe(kind);
  });

  test('says nothing of the inside of a worker that died, but to come again', () => {
    const { kind, message, retryAfter } = problemOf(new OctavecError('ENGINE_DIED', { path: '/secret', why: 'x' }));
    expect([kind, message.includes('secret'), retryAfter]).toEqual(['overloaded', false, 1]);
  });

  test('says nothing of the inside where it is no fault of the client', () => {
    for (const error of [new TypeError('secret.path'), new OctavecError('ENGINE_RUN', { path: '/secret', why: 'x' })]) {
      const { kind, message } = problemOf(error);
      expect([kind, message.includes('secret')]).toEqual(['internal', false]);
    }
  });
});
