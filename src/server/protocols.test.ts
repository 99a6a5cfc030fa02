import { describe, expect, test } from 'vitest';
import { Problem, type ProblemKind } from '../http/index.js';
import { protocols } from './protocols.js';

const protocolOf = (path: string) => protocols.find(({ owns }) => owns(path)) as (typeof protocols)[number];

test.each([
  ['/api/embed', { error: 'why' }],
  ['/v2/embed', { message: 'why' }],
  ['/v1/rerank', { message: 'why' }],
  ['/v1/embeddings', { error: { message: 'why', type: 'invalid_request_error', param: 'input', code: null } }],
  ['/embed', { error: 'why', error_type: 'Validation' }],
])('a problem on %s has the form of its API', (path, body) => {
  expect(protocolOf(path).body(new Problem('invalid', 'why', 'input'))).toMatchObject(body);
});

/** One path of each API, in the order of the statuses below. */
const apis = ['/embed', '/v1/embeddings', '/api/embed', '/v2/embed', '/search'];

describe('a problem has the status that clients of the API know', () => {
  test.each<[ProblemKind, number[]]>([
    ['invalid', [422, 400, 400, 400, 400]],
    ['empty', [400, 400, 400, 400, 400]],
    ['tokenizer', [422, 400, 400, 400, 400]],
    ['too_large', [413, 413, 413, 413, 413]],
    ['unauthorized', [401, 401, 401, 401, 401]],
    ['unknown_model', [422, 404, 404, 404, 404]],
    ['unknown_route', [404, 404, 404, 404, 404]],
    ['wrong_method', [405, 405, 405, 405, 405]],
    ['wrong_content_type', [415, 415, 415, 415, 415]],
    ['unsupported', [424, 400, 424, 424, 424]],
    ['overloaded', [429, 429, 429, 429, 429]],
    ['rate_limited', [429, 429, 429, 429, 429]],
    ['loading', [503, 503, 503, 503, 503]],
    ['timeout', [424, 504, 504, 504, 504]],
    ['internal', [424, 500, 500, 500, 500]],
    ['forbidden', [403, 403, 403, 403, 403]],
    ['conflict', [409, 409, 409, 409, 409]],
  ])('%s', (kind, statuses) => {
    expect(apis.map((path) => protocolOf(path).status(new Problem(kind, 'why')))).toEqual(statuses);
  });
});

test.each<[ProblemKind, string, string, string | null]>([
  ['empty', 'Empty', 'invalid_request_error', null],
  ['tokenizer', 'Tokenizer', 'invalid_request_error', null],
  ['unsupported', 'Backend', 'invalid_request_error', null],
  ['overloaded', 'Overloaded', 'rate_limit_error', 'rate_limit_exceeded'],
  ['rate_limited', 'Overloaded', 'rate_limit_error', 'rate_limit_exceeded'],
  ['loading', 'Unhealthy', 'server_error', 'model_loading'],
  ['timeout', 'Backend', 'server_error', 'timeout'],
  ['internal', 'Backend', 'server_error', null],
  ['unknown_model', 'Validation', 'invalid_request_error', 'model_not_found'],
])('%s is called %s by TEI, and %s by OpenAI', (kind, error_type, type, code) => {
  const problem = new Problem(kind, 'why');
  expect(protocolOf('/embed').body(problem)).toEqual({ error: 'why', error_type });
  expect(protocolOf('/v1/embeddings').body(problem)).toEqual({ error: { message: 'why', type, param: null, code } });
});

test('a missing key has no body with TEI, as its clients expect, and a code with OpenAI', () => {
  const problem = new Problem('unauthorized', 'why');
  expect(protocolOf('/embed').body(problem)).toBeUndefined();
  expect(protocolOf('/v1/models').body(problem)).toMatchObject({ error: { code: 'invalid_api_key' } });
});

test('searching names the kind of a problem, and the field where one is wrong', () => {
  const { body } = protocolOf('/search');
  expect(body(new Problem('conflict', 'why'))).toEqual({ error: { code: 'conflict', message: 'why' } });
  expect(body(new Problem('invalid', 'why', 'top'))).toEqual({
    error: { code: 'invalid', message: 'why', param: 'top' },
  });
});

test.each([
  ['/api/none', { error: 'why' }],
  ['/api', { error_type: 'Validation' }],
  ['/v1/embed', { message: 'why' }],
  ['/v1/embed/x', { error: { type: 'invalid_request_error' } }],
  ['/v1/rerankers', { error: { type: 'invalid_request_error' } }],
  ['/embeddings', { error: { type: 'invalid_request_error' } }],
  ['/openai/deployments/m/embeddings', { error: { type: 'invalid_request_error' } }],
  ['/documents/a/b', { error: { code: 'invalid' } }],
  ['/searching', { error_type: 'Validation' }],
  ['/', { error_type: 'Validation' }],
  ['', { error_type: 'Validation' }],
])('%s, with or without a route, is of one API', (path, body) => {
  expect(protocolOf(path).body(new Problem('invalid', 'why'))).toMatchObject(body);
});
