import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** Routes that take a body, with one that is sound, and whether a body is an error in the route's own form. */
const routes = {
  '/v1/embeddings': [{ input: 'a' }, isOpenAiError],
  '/embed': [{ inputs: 'a' }, isTeiError],
  '/embed_all': [{ inputs: 'a' }, isTeiError],
  '/similarity': [{ inputs: { source_sentence: 'a', sentences: ['b'] } }, isTeiError],
  '/tokenize': [{ inputs: 'a' }, isTeiError],
  '/decode': [{ ids: [1037] }, isTeiError],
  '/api/embed': [
    { model: 'all-MiniLM-L6-v2', input: 'a' },
    (body: object) => isText((body as { error: unknown }).error),
  ],
  '/api/show': [{ model: 'all-MiniLM-L6-v2' }, (body: object) => isText((body as { error: unknown }).error)],
  '/v2/embed': [{ texts: ['a'] }, (body: object) => isText((body as { message: unknown }).message)],
} as const satisfies Record<string, readonly [object, (body: object) => boolean]>;

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
function isOpenAiError(body: object): boolean {
  const { error } = body as { error: Record<string, unknown> };
  return isText(error.message) && isText(error.type) && 'param' in error && 'code' in error;
}
function isTeiError(body: object): boolean {
  const { error, error_type } = body as Record<string, unknown>;
  return isText(error) && isText(error_type);
}

describe.each(Object.entries(routes))('%s', (path, [sound, isError]) => {
  test('takes a sound request', async () => {
    expect((await server.post(path, sound)).status).toBe(200);
  });

  test.each<[string, string | Uint8Array, Record<string, string>?]>([
    ['broken JSON', '{"input": '],
    ['no body', ''],
    ['a list', '[]'],
    ['a text', '"a"'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['numbers in place of texts', '{"input": 5, "inputs": 5, "ids": "a", "texts": 5, "model": 5}'],
    ['invalid UTF-8', Uint8Array.from([0x22, 0xff, 0xfe, 0x22])],
    ['no JSON', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['two megabytes and more', JSON.stringify({ input: 'a'.repeat(2_000_001) })],
  ])('refuses %s in its own form', async (_, body, headers) => {
    const { status, body: answer } = await server.post(path, body, headers);
    expect([status >= 400 && status < 500, isError(answer)]).toEqual([true, true]);
  });

  test('refuses another method', async () => {
    const { status, body } = await server.get(path);
    expect([status, isError(body)]).toEqual([405, true]);
  });
});

test.each<[string, object, number]>([
  ['an empty text', { input: '' }, 400],
  ['an empty list', { input: [] }, 400],
  ['an empty text among others', { input: ['a', ''] }, 400],
  ['too many texts', { input: Array(2049).fill('a') }, 400],
  ['half of a surrogate pair', { input: ['a', '\ud800'] }, 400],
  ['ids out of range', { input: [30_522_000] }, 400],
  ['negative ids', { input: [-1] }, 400],
  ['fractions', { input: [1.5] }, 400],
  ['no dimensions', { input: 'a', dimensions: 0 }, 400],
  ['more dimensions than there are', { input: 'a', dimensions: 385 }, 400],
  ['an unknown format', { input: 'a', encoding_format: 'hex' }, 400],
  ['an unknown kind of text', { input: 'a', input_type: 'poem' }, 400],
  ['an unknown model', { input: 'a', model: 'gpt-4' }, 404],
])('/v1/embeddings refuses %s', async (_, body, status) => {
  const answer = await server.post('/v1/embeddings', body);
  expect([answer.status, isOpenAiError(answer.body)]).toEqual([status, true]);
});

test.each<[string, string, object, number, string]>([
  ['an empty list', '/embed', { inputs: [] }, 400, 'Empty'],
  ['an empty text', '/embed', { inputs: '' }, 400, 'Empty'],
  ['too many texts', '/embed', { inputs: Array(33).fill('a') }, 422, 'Validation'],
  ['an over-long text', '/embed', { inputs: 'a '.repeat(999), truncate: false }, 422, 'Validation'],
  ['an unknown prompt', '/embed', { inputs: 'a', prompt_name: 'x' }, 422, 'Validation'],
  ['reranking', '/rerank', { query: 'a', texts: ['b'] }, 424, 'Backend'],
  ['classes', '/predict', { inputs: 'a' }, 424, 'Backend'],
  ['sparse vectors', '/embed_sparse', { inputs: 'a' }, 424, 'Backend'],
  ['ids that there are none of', '/decode', { ids: [9_999_999] }, 422, 'Tokenizer'],
])('TEI refuses %s', async (_, path, body, status, type) => {
  expect(await server.post(path, body)).toMatchObject({ status, body: { error_type: type } });
});

const long = 'a '.repeat(999);
const half = 'a\ud800';
const model = 'all-MiniLM-L6-v2';
test.each<[string, string, object, number]>([
  ['half of a surrogate pair', '/embed', { inputs: half }, 422],
  ['half of a surrogate pair', '/embed_all', { inputs: ['a', half] }, 422],
  ['half of a surrogate pair', '/similarity', { inputs: { source_sentence: half, sentences: ['a'] } }, 422],
  ['half of a surrogate pair', '/tokenize', { inputs: half }, 422],
  ['half of a surrogate pair', '/api/embed', { model, input: ['a', half] }, 400],
  ['half of a surrogate pair', '/v2/embed', { texts: [half] }, 400],
  ['too many texts', '/embed_all', { inputs: Array(33).fill('a') }, 422],
  ['too many texts', '/tokenize', { inputs: Array(33).fill('a') }, 422],
  ['too many texts', '/similarity', { inputs: { source_sentence: 'a', sentences: Array(32).fill('a') } }, 422],
  ['too many texts', '/decode', { ids: Array(33).fill([1037]) }, 422],
  ['too many texts', '/v2/embed', { texts: Array(2049).fill('a') }, 400],
  ['an over-long text', '/v1/embeddings', { input: long, truncate: 'NONE' }, 400],
  ['an over-long text', '/embed_all', { inputs: long, truncate: false }, 422],
  ['an over-long text', '/api/embed', { model, input: long, truncate: false }, 400],
  ['an over-long text', '/v2/embed', { texts: [long], truncate: 'NONE' }, 400],
  ['too many dimensions', '/embed', { inputs: 'a', dimensions: 385 }, 422],
  ['too many dimensions', '/api/embed', { model, input: 'a', dimensions: 385 }, 400],
  ['too many dimensions', '/v2/embed', { texts: ['a'], output_dimension: 385 }, 400],
  ['negative dimensions', '/embed', { inputs: 'a', dimensions: -1 }, 422],
  ['negative dimensions', '/api/embed', { model, input: 'a', dimensions: -1 }, 400],
  ['ids that there are none of', '/embed', { inputs: [[9_999_999]] }, 422],
  ['negative ids', '/decode', { ids: [-5] }, 422],
  ['an empty list', '/tokenize', { inputs: [] }, 400],
  ['an empty list', '/v2/embed', { texts: [] }, 400],
  ['an unknown model', '/api/embed', { model: 'gpt-4', input: 'a' }, 404],
  ['an unknown model', '/api/show', { model: 'gpt-4' }, 404],
  ['an unknown model', '/v2/embed', { model: 'gpt-4', texts: ['a'] }, 404],
  ['no model', '/api/embed', { input: 'a' }, 400],
  ['an unknown type', '/v2/embed', { texts: ['a'], embedding_types: ['hex'] }, 400],
  ['a picture', '/v2/embed', { inputs: [{ content: [{ type: 'image_url', image_url: 'x' }] }] }, 400],
])('%s is refused by %s in its own form', async (_, path, body, status) => {
  const [, isError] = routes[path as keyof typeof routes];
  const answer = await server.post(path, body);
  expect([answer.status, isError(answer.body)]).toEqual([status, true]);
});

test.each(Object.entries(routes))('%s refuses methods that it does not have', async (path, [, isError]) => {
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    const response = await fetch(`${server.url}${path}`, { method });
    expect([response.status, isError((await response.json()) as object)]).toEqual([405, true]);
  }
});

test('an unknown path is told in the form of the protocol that it looks like', async () => {
  expect(await server.get('/v1/nothing')).toMatchObject({ status: 404, body: { error: { code: 'unknown_url' } } });
  expect(await server.get('/api/nothing')).toMatchObject({ status: 404, body: { error: expect.any(String) } });
  expect(await server.get('/nothing')).toMatchObject({ status: 404, body: { error_type: expect.any(String) } });
});

test('what is no HTTP is answered with 400', async () => {
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/v1/embeddings`, { method: 'POST', headers: { 'content-length': '5' } });
    request.on('response', (response) => resolve(response.statusCode)).on('error', reject);
    request.end('{"inp');
  });
  expect(status).toBe(415);
});

test('no body that can be thought of makes the server fail', async () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('input', 'inputs', 'model', 'ids', 'texts', 'dimensions'));
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('table'),
    ),
    list: fc.array(tie('any'), { maxLength: 4 }),
    table: fc.dictionary(word, tie('any'), { maxKeys: 4 }),
  })).any;
  const body = fc.dictionary(word, value, { maxKeys: 5 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(routes)), body, async (path, sent) => {
      const { status } = await server.post(path, sent);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
}, 60_000);
