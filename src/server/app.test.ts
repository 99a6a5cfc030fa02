import { expect, test } from 'vitest';
import { hashOfKey } from '../base/index.js';
import { Admission } from '../http/index.js';
import { buildApp } from './app.js';
import type { ServerContext } from './context.js';
import { Metrics } from './metrics.js';
import type { ModelShelf } from './model-shelf.js';
import { defaultLimits, type ServerOptions } from './options.js';

/** A model that gives each text the vector [its length, 0, …]. */
const embedder = {
  width: 3,
  maxTokens: 8,
  model: { head: { normalize: true } },
  embed: async (texts: readonly string[]) =>
    Object.assign(
      texts.map(({ length }) => Float32Array.of(length, 0.5, -0.25)),
      { tokenCounts: texts.map(({ length }) => length) },
    ),
};

/** The server of that model, called without a socket. */
async function appOf({ keys = [], ...options }: Partial<ServerOptions> & { keys?: readonly string[] } = {}) {
  const model = { name: 'm', aliases: ['a/b'], id: 'm', describe: async () => ({ maxTokens: 8, prompts: {} }) };
  const shelf = {
    models: [model],
    first: model,
    find: () => model,
    use: (_: unknown, work: (one: typeof embedder) => unknown) => work(embedder),
  } as unknown as ModelShelf;
  const limits = { ...defaultLimits, ...options.limits };
  const admission = new Admission(limits);
  const metrics = new Metrics({ shelf, admission });
  const context: ServerContext = { shelf, admission, metrics, limits, autoTruncate: true };
  const live = { apiKeys: keys.map(hashOfKey), isStopping: false };
  const app = await buildApp(context, { models: [], ...options }, live);
  return { app, admission, live };
}

const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
  ({ method: 'POST', url, payload, headers }) as const;
const bearer = { authorization: 'Bearer secret' };

test('a key is asked for wherever a model works, under all of its names', async () => {
  const { app } = await appOf({ keys: ['secret'] });
  for (const url of [
    '/',
    '/?',
    '//',
    '/embed',
    '/invocations',
    '/v1/embeddings',
    '/embed/',
    '/%65mbed',
    '/health/../embed',
  ]) {
    expect([url, (await app.inject(post(url, { inputs: 'a', input: 'a' }))).statusCode]).toEqual([url, 401]);
  }
  for (const url of ['/', '/embed', '/invocations', '/v1/embeddings']) {
    expect([url, (await app.inject(post(url, { inputs: 'a', input: 'a' }, bearer))).statusCode]).toEqual([url, 200]);
  }
});

test('probes and pages need no key', async () => {
  const { app } = await appOf({ keys: ['secret'] });
  for (const url of ['/', '/health', '/ping', '/metrics', '/docs', '/health?a=b', '/health/']) {
    expect([url, (await app.inject({ url })).statusCode]).toEqual([url, 200]);
    expect((await app.inject({ url, method: 'HEAD' })).statusCode).toBe(200);
  }
  expect((await app.inject({ url: '/v1/models' })).statusCode).toBe(401);
});

test('browsers ask before they send a key, and may read what the answer says of itself', async () => {
  const { app } = await appOf({ keys: ['secret'], corsAllowOrigin: ['https://page.example'] });
  const asking = {
    origin: 'https://page.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  };
  const preflight = await app.inject({ method: 'OPTIONS', url: '/v1/embeddings', headers: asking });
  expect(preflight.statusCode).toBe(204);
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': 'https://page.example',
    'access-control-allow-headers': 'authorization,content-type',
  });
  const stranger = await app.inject({
    method: 'OPTIONS',
    url: '/v1/embeddings',
    headers: { ...asking, origin: 'https://other.example' },
  });
  expect(stranger.headers['access-control-allow-origin']).toBeUndefined();
  const origin = { origin: 'https://page.example' };
  const answer = await app.inject(post('/v1/embeddings', { input: 'a' }, { ...bearer, ...origin }));
  expect(answer.headers['access-control-expose-headers']).toContain('x-request-id');
  // A page learns that its key is wrong, rather than of a failure of the network.
  const refused = await app.inject(post('/v1/embeddings', { input: 'a' }, origin));
  expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, 'https://page.example']);
});

test('who asks for the options without a preflight gets them', async () => {
  const { app } = await appOf({ corsAllowOrigin: ['https://page.example'] });
  const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url: '/v1/embeddings' });
  expect([statusCode, headers['access-control-allow-methods']]).toEqual([204, 'GET, HEAD, POST, DELETE']);
});

test('a page of another origin may read why it was refused, however early', async () => {
  const origin = 'https://page.example';
  const limits = { payloadLimit: 100, maxWaitingBytes: 100 };
  const { app } = await appOf({ corsAllowOrigin: [origin], limits });
  const json = { origin, 'content-type': 'application/json' };
  for (const [status, url, payload, headers] of [
    [413, '/embed', '{}', { ...json, 'content-length': '101' }],
    [413, '/embed', 'x'.repeat(101), json],
    [415, '/embed', '{}', { ...json, 'content-type': 'text/plain' }],
    [415, '/embed', '{}', { ...json, 'content-encoding': 'gzip' }],
    [422, '/embed', '{', json],
    [404, '/v1/nothing', '{}', json],
    [422, '/%E0%A4%A', '{}', json],
  ] as const) {
    const answer = await app.inject({ method: 'POST', url, payload, headers });
    expect([url, answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([url, status, origin]);
  }
});

test('a body is JSON in UTF-8, whatever its type says of it besides', async () => {
  const { app } = await appOf();
  const send = (type: string, payload: string | Buffer = '{"inputs":"a"}') =>
    app.inject({ method: 'POST', url: '/embed', payload, headers: { 'content-type': type } });
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/vnd.a+json',
  ]) {
    expect([type, (await send(type)).statusCode]).toEqual([type, 200]);
  }
  for (const type of ['text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    expect([type, (await send(type)).statusCode]).toEqual([type, 415]);
  }
  expect((await send('application/json', Buffer.from([0x7b, 0xff, 0x7d]))).statusCode).toBe(422);
  expect((await send('application/json', '')).statusCode).toBe(422);
});

test('a compressed body is refused as such', async () => {
  const { app } = await appOf();
  const gzip = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const answer = await app.inject({ method: 'POST', url: '/embed', payload: Buffer.from([0x1f, 0x8b]), headers: gzip });
  expect(answer.statusCode).toBe(415);
  expect(answer.json().error).toContain('gzip');
  const plain = { 'content-encoding': 'identity' };
  expect((await app.inject(post('/embed', { inputs: 'a' }, plain))).statusCode).toBe(200);
});

test('what a request reserved is given back, whether it was answered or refused', async () => {
  const { app, admission } = await appOf();
  for (const [payload, status] of [
    [{ inputs: 'a' }, 200],
    [{ inputs: 5 }, 422],
    [{ inputs: [] }, 400],
    [{ inputs: 'a', dimensions: 4 }, 422],
  ] as const) {
    expect((await app.inject(post('/embed', payload))).statusCode).toBe(status);
  }
  expect([admission.requests, admission.texts]).toEqual([0, 0]);
});

test('a path that there is not, or a wrong method, is told in the words of its API', async () => {
  const { app } = await appOf();
  const told = async (method: 'GET' | 'POST' | 'DELETE', url: string) => {
    const { statusCode, body } = await app.inject({ method, url });
    return [statusCode, JSON.parse(body)] as const;
  };
  expect(await told('GET', '/v1/embeddings')).toMatchObject([405, { error: { code: null } }]);
  expect(await told('GET', '/v1/nothing')).toMatchObject([404, { error: { code: 'unknown_url' } }]);
  expect(await told('GET', '/api/nothing')).toMatchObject([404, { error: expect.any(String) }]);
  expect(await told('DELETE', '/embed')).toMatchObject([405, { error_type: 'Validation' }]);
  expect(await told('POST', 'http://host/v1/nothing')).toMatchObject([404, { error: { code: 'unknown_url' } }]);
  expect(await told('GET', '/v1/%E0%A4%A')).toMatchObject([400, { error: { type: 'invalid_request_error' } }]);
});

test('an id of a request is kept where it is harmless, and no header can be smuggled in by it', async () => {
  const { app } = await appOf();
  const idOf = async (given: string) =>
    (await app.inject({ url: '/health', headers: { 'x-request-id': given } })).headers['x-request-id'];
  expect(await idOf('job-1:a.b_c')).toBe('job-1:a.b_c');
  for (const given of ['a b', 'a\tb', '"', 'é', 'x'.repeat(129)]) {
    expect(await idOf(given)).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test.each(['/', '/invocations'])('sentences to compare are told by their form: %s', async (url) => {
  const { app } = await appOf();
  const inputs = { source_sentence: 'ab', sentences: ['cd', 'efghij'] };
  const { body } = await app.inject(post(url, { inputs }));
  expect(body).toBe((await app.inject(post('/similarity', { inputs }))).body);
  const [same, other] = JSON.parse(body);
  // [2, 0.5, -0.25] against itself, and against [6, 0.5, -0.25].
  expect(same).toBeCloseTo(1, 6);
  expect(other).toBeCloseTo(12.3125 / Math.sqrt(4.3125 * 36.3125), 6);
  expect((await app.inject(post(url, { inputs: { source_sentence: 'ab', sentences: [] } }))).statusCode).toBe(400);
});

test('while it stops, the server tells clients to connect anew', async () => {
  const { app, live } = await appOf();
  live.isStopping = true;
  expect((await app.inject({ url: '/health' })).headers.connection).toBe('close');
});
