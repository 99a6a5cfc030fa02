import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openModelFolder } from 'octavec';
import { Client, ServerError } from 'octavec/client';
import { hashOfKey, parseKeys, serve } from 'octavec/server';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { embeddedModel } from '../support/golden-texts.js';
import { serverForTest, type TestServer } from '../support/http-server.js';
import { makeTinyFolder } from '../support/tiny-folder.js';

/** For what is the same with any model; the embedded one where a request must take long. */
const folder = mkdtempSync(join(tmpdir(), 'octavec-operation-'));
makeTinyFolder(folder, 'bert');
afterAll(() => rmSync(folder, { recursive: true }));
const tiny = { name: 'tiny', open: () => openModelFolder(folder) };

const tinyServer = (options: Parameters<typeof serverForTest>[0] = {}) => serverForTest({ models: [tiny], ...options });

/** Waits until so many requests are under way. */
const underWay = (server: Pick<TestServer, 'url'>, count: number) =>
  expect
    .poll(async () => (await fetch(`${server.url}/metrics`)).text())
    .toContain(`octavec_requests_in_progress ${count}`);

test('asks for a key, in headers of every protocol, and takes others when it is told to', async () => {
  const server = await tinyServer({ apiKeys: parseKeys(`# ours\nopen sesame\nsha256:${hashOfKey('second')}\n`) });
  const body = { input: 'a' };
  expect(await server.post('/v1/embeddings', body)).toMatchObject({
    status: 401,
    body: { error: { code: 'invalid_api_key' } },
  });
  expect(await server.post('/embed', { inputs: 'a' })).toMatchObject({ status: 401, body: '' });
  expect((await server.post('/v1/embeddings', body, { authorization: 'Bearer wrong' })).status).toBe(401);
  for (const headers of [{ authorization: 'Bearer open sesame' }, { 'api-key': 'second' }]) {
    expect((await server.post('/v1/embeddings', body, headers as unknown as Record<string, string>)).status).toBe(200);
  }
  expect((await server.get('/health')).status).toBe(200);
  await server.reload({ apiKeys: [hashOfKey('third')] });
  expect((await server.post('/v1/embeddings', body, { 'api-key': 'second' })).status).toBe(401);
  expect((await server.post('/v1/embeddings', body, { 'api-key': 'third' })).status).toBe(200);
});

test('refuses at once what is too much, with Retry-After', async () => {
  const server = await tinyServer({ limits: { maxConcurrentRequests: 2 } });
  const texts = Array.from({ length: 400 }, (_, i) => `${i} ${'long text '.repeat(60)}`);
  const slow = [server.post('/v1/embeddings', { input: texts }), server.post('/v1/embeddings', { input: texts })];
  await underWay(server, 2);
  const refused = await server.post('/v1/embeddings', { input: 'a' });
  expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limit_exceeded' } } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await server.get('/health')).status).toBe(200);
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await server.post('/v1/embeddings', { input: 'a' })).status).toBe(200);
});

test('answers others beside a large request, and drops it when its client goes away', async () => {
  const server = await serverForTest({ embedder: { threads: 1, workers: 1 } });
  const input = Array.from({ length: 1500 }, (_, i) => `${i} ${'long text '.repeat(60)}`);
  const controller = new AbortController();
  const gone = fetch(`${server.url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
    signal: controller.signal,
  });
  await delay(300);
  expect((await server.post('/v1/embeddings', { input: 'a' })).status).toBe(200);
  // It is still under way: else nothing could be thrown.
  controller.abort();
  await expect(gone).rejects.toThrow();
  const start = performance.now();
  expect((await server.post('/v1/embeddings', { input: 'a' })).status).toBe(200);
  const { body } = await server.get('/metrics');
  expect(body).toContain('te_queue_size 0');
  // The whole of it would take several times as long.
  expect(performance.now() - start).toBeLessThan(3000);
});

test('gives up what takes too long', async () => {
  const server = await serverForTest({ limits: { requestTimeout: 0.2 } });
  const input = Array.from({ length: 1500 }, (_, i) => `${i} ${'long text '.repeat(60)}`);
  expect(await server.post('/v1/embeddings', { input })).toMatchObject({
    status: 504,
    body: { error: { code: 'timeout' } },
  });
});

test('closes connections that send nothing, or half a request', async () => {
  const server = await tinyServer({ limits: { receiveTimeout: 1 } });
  const ends = [
    undefined,
    'POST /embed HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  ].map(
    (sent) =>
      new Promise<boolean>((resolve) => {
        const socket = connect(server.port as number, '127.0.0.1', () => sent !== undefined && socket.write(sent));
        socket.on('close', () => resolve(true)).on('error', () => undefined);
        socket.resume();
      }),
  );
  // Node looks for them every 30 s; a server under test is asked to look at once.
  expect(await Promise.race([Promise.all(ends), delay(45_000, 'still open')])).toEqual([true, true]);
}, 60_000);

test('the health port answers while the model loads and while requests come to their end; /ready says that neither is', async () => {
  let load: () => void = () => undefined;
  const loading = new Promise<void>((resolve) => {
    load = resolve;
  });
  const open = async () => {
    await loading;
    return tiny.open();
  };
  const corsAllowOrigin = ['https://page.example'];
  const server = await serve({ models: [{ ...tiny, open }], port: 0, healthPort: 0, corsAllowOrigin });
  onTestFinished(() => server.close());
  const health = () => fetch(`http://127.0.0.1:${server.healthPort}/health`).then(({ status }) => status);
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(server.url + path, init);
    // Whole: a connection whose answer nobody reads would hold up the end of the server.
    await response.arrayBuffer();
    return [response.status, response.headers.get('retry-after')];
  };
  const headers = { 'content-type': 'application/json' };
  const embed = (input: unknown) => ask('/v1/embeddings', { method: 'POST', headers, body: JSON.stringify({ input }) });
  expect([await health(), await ask('/ready'), await embed('a')]).toEqual([200, [503, '2'], [503, '2']]);
  const asPage = { method: 'POST', headers: { ...headers, origin: 'https://page.example' }, body: '{"input":"a"}' };
  const early = await fetch(`${server.url}/v1/embeddings`, asPage);
  expect([early.status, early.headers.get('access-control-allow-origin')]).toEqual([503, 'https://page.example']);
  load();
  await server.ready;
  expect([await health(), await ask('/ready')]).toEqual([200, [200, null]]);
  const running = embed(Array.from({ length: 400 }, (_, i) => `${i} ${'long text '.repeat(60)}`));
  await underWay(server, 1);
  // Longer than a test may take: the connection of what is under way ends with its answer.
  const closed = server.close(600_000);
  expect(await health()).toBe(200);
  await expect(ask('/ready')).rejects.toThrow('fetch failed');
  expect((await running)[0]).toBe(200);
  await closed;
  await expect(health()).rejects.toThrow('fetch failed');
});

test('a model that is replaced loses no request', async () => {
  const server = await tinyServer();
  let isOver = false;
  const statuses = new Set<number>();
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      statuses.add((await server.post('/v1/embeddings', { input: 'a text' })).status);
    }
  });
  await server.reload();
  await server.reload();
  isOver = true;
  await Promise.all(load);
  expect([...statuses]).toEqual([200]);
});

test('within the budget the least recently used model goes', async () => {
  const names = ['a', 'b', 'c'];
  const models = names.map((name) => ({ name, open: () => openModelFolder(embeddedModel) }));
  const server = await serverForTest({ models, memoryBudget: 200 * 2 ** 20 });
  const loaded = async () => (await server.get('/api/ps')).body.models.map(({ name }: { name: string }) => name).sort();
  const use = async (model: string) =>
    expect((await server.post('/v1/embeddings', { input: 'a', model })).status).toBe(200);
  await use('b');
  expect(await loaded()).toEqual(['a', 'b']);
  await use('a');
  await use('c');
  expect(await loaded()).toEqual(['a', 'c']);
  await use('b');
  expect(await loaded()).toEqual(['b', 'c']);
});

/** What the shelf counts for one of the tiny models, and a little more. */
const oneTinyModel = 45 * 2 ** 20;

test('within the budget a model in use stays, and who finds no room is told to come again', async () => {
  const models = ['a', 'b', 'c'].map((name) => ({ ...tiny, name }));
  const server = await serverForTest({ models, memoryBudget: 2 * oneTinyModel });
  const loaded = async () => (await server.get('/api/ps')).body.models.map(({ name }: { name: string }) => name).sort();
  const embed = (model: string, input: unknown) => server.post('/v1/embeddings', { input, model });
  const long = Array.from({ length: 400 }, (_, i) => `${i} ${'long text '.repeat(60)}`);
  const first = embed('a', long);
  await underWay(server, 1);
  expect((await embed('b', 'x')).status).toBe(200);
  // `a` was asked for before `b` was, but is still in use.
  expect((await embed('c', 'x')).status).toBe(200);
  expect(await loaded()).toEqual(['a', 'c']);
  const second = embed('c', long);
  await underWay(server, 2);
  const refused = await embed('b', 'x');
  expect([refused.status, refused.body.error.message]).toEqual([
    503,
    expect.stringContaining('there is no room for the model b while the others are in use'),
  ]);
  expect([(await first).status, (await second).status]).toEqual([200, 200]);
  expect((await embed('b', 'x')).status).toBe(200);
});

test('a model that is larger than the budget is not loaded, and the others are left alone', async () => {
  const models = [tiny, { name: 'large', open: () => openModelFolder(embeddedModel) }];
  const server = await serverForTest({ models, memoryBudget: oneTinyModel });
  const refused = await server.post('/v1/embeddings', { input: 'a', model: 'large' });
  expect([refused.status, refused.body.error.message]).toEqual([
    503,
    expect.stringMatching(/the model large takes \d+ bytes, and 47185920 are granted/),
  ]);
  expect((await server.get('/api/ps')).body.models).toMatchObject([{ name: 'tiny' }]);
});

test('a model that nobody asks for is unloaded, and loaded again', async () => {
  const server = await tinyServer({ unloadAfter: 0.5 });
  await expect.poll(async () => (await server.get('/api/ps')).body.models, { timeout: 10_000 }).toEqual([]);
  expect((await server.post('/v1/embeddings', { input: 'a' })).status).toBe(200);
});

test('equal texts are embedded once where vectors are kept', async () => {
  const server = await tinyServer({ cacheBytes: 2 ** 20 });
  const input = ['same', 'same', 'other'];
  const answers = await Promise.all(Array.from({ length: 8 }, () => server.post('/v1/embeddings', { input })));
  const [first, ...others] = answers.map(({ body }) => JSON.stringify(body));
  expect(others.every((other) => other === first)).toBe(true);
  expect((await server.get('/metrics')).body).toMatch(/^octavec_cache_hits \d+$/m);
  const [a, b, c] = answers[0].body.data.map(({ embedding }: { embedding: number[] }) => embedding);
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
});

test('the client embeds, waits where the server is busy, and says what is wrong', async () => {
  const server = await tinyServer({ limits: { maxConcurrentRequests: 1 } });
  const client = new Client({ url: server.url, attempts: 20 });
  const calls = Array.from({ length: 4 }, (_, i) => client.embed([`text ${i}`, 'word '.repeat(400)]));
  const results = await Promise.all(calls);
  expect(results.map(({ vectors, truncated }) => [vectors[0].length, truncated])).toEqual(Array(4).fill([64, 1]));
  expect(await client.models()).toContain('tiny');
  await expect(client.embed(['a'], { model: 'no' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  await server.close();
  const late = new Client({ url: server.url, attempts: 2 }).embed(['a']);
  await expect(late).rejects.toThrow(ServerError);
});

test('requests before the model is there are told to come back', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const open = async () => {
    await released;
    return tiny.open();
  };
  await using server = await serve({ models: [{ ...tiny, open }], port: 0 });
  const ask = () =>
    fetch(`${server.url}/embed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"inputs":"a"}',
    });
  const early = await ask();
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '2']);
  expect((await fetch(`${server.url}/ready`)).status).toBe(503);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  release();
  await server.ready;
  expect((await ask()).status).toBe(200);
});
