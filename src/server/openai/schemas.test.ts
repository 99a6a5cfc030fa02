import { describe, expect, test } from 'vitest';
import { Problem, type ProblemKind } from '../../http/index.js';
import { openAiError, openAiStatus } from './errors.js';
import { embeddingsRequest } from './schemas.js';

describe('the input of a request', () => {
  const many = (count: number) => Array.from({ length: count }, () => 'a');

  test.each([['a'], [''], [['a']], [[1, 2]], [[[1], [2, 3]]], [many(2048)]])('may be %j', (input) => {
    expect(embeddingsRequest.safeParse({ input }).success).toBe(true);
  });

  test.each([[undefined], [null], [3], [[]], [[[]]], [['a', 1]], [[-1]], [[0.5]], [many(2049)], [[['a']]]])(
    'may not be %j',
    (input) => {
      expect(embeddingsRequest.safeParse({ input }).success).toBe(false);
    },
  );

  test('is the only thing that must be there', () => {
    expect(embeddingsRequest.parse({ input: 'a' })).toEqual({ input: 'a', encoding_format: 'float' });
  });

  test.each([{ encoding_format: 'hex' }, { dimensions: 0 }, { dimensions: 1.5 }, { model: 3 }, { truncate: 'middle' }])(
    'does not come with %j',
    (more) => {
      expect(embeddingsRequest.safeParse({ input: 'a', ...more }).success).toBe(false);
    },
  );
});

describe('errors', () => {
  test.each([
    ['invalid', 400, 'invalid_request_error', null],
    ['tokenizer', 400, 'invalid_request_error', null],
    ['unsupported', 400, 'invalid_request_error', null],
    ['unauthorized', 401, 'invalid_request_error', 'invalid_api_key'],
    ['unknown_model', 404, 'invalid_request_error', 'model_not_found'],
    ['overloaded', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['loading', 503, 'server_error', 'model_loading'],
    ['internal', 500, 'server_error', null],
  ] as [ProblemKind, number, string, string | null][])('%s is status %d, %s, %s', (kind, status, type, code) => {
    const problem = new Problem(kind, 'why');
    expect(openAiStatus(problem)).toBe(status);
    expect(openAiError(problem)).toEqual({ error: { message: 'why', type, param: null, code } });
  });
});
