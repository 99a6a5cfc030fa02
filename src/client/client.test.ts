import { expect, onTestFinished, test, vi } from 'vitest';
import { Client, ServerError } from './index.js';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const base64Of = (...numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer).toString('base64');
const embedded = (data: { index: number; embedding: unknown }[]) =>
  answer(200, { data, model: 'minilm', usage: { total_tokens: 3 } }, { 'x-octavec-truncated': '1' });
const busy = (headers = {}) => answer(429, { error: { message: 'busy', code: 'rate_limit_exceeded' } }, headers);

function fetchGiving(...answers: (Response | Error)[]) {
  return vi.fn<typeof fetch>(async () => {
    const next = answers.shift() as Response | Error;
    if (next instanceof Error) {
      throw next;
    }
    return next;
  });
}

test('vectors come as base64 or numbers, and in the order of the texts', async () => {
  const fetch = fetchGiving(
    embedded([
      { index: 1, embedding: [0.5, -1] },
      { index: 0, embedding: base64Of(0.25, 3e-7) },
    ]),
  );
  const client = new Client({ url: 'http://host:1/', apiKey: 'key', fetch });
  expect(await client.embed(['a', 'b'], { inputType: 'query' })).toEqual({
    vectors: [Float32Array.of(0.25, 3e-7), Float32Array.of(0.5, -1)],
    ...{ model: 'minilm', tokens: 3, truncated: 1 },
  });
  const [url, init] = fetch.mock.calls[0];
  expect([url, init?.headers]).toEqual([
    'http://host:1/v1/embeddings',
    { 'content-type': 'application/json', authorization: 'Bearer key' },
  ]);
  expect(JSON.parse(String(init?.body))).toEqual({ input: ['a', 'b'], input_type: 'query', encoding_format: 'base64' });
});

test('many texts go in several requests', async () => {
  const one = () => embedded(Array.from({ length: 256 }, (_, index) => ({ index, embedding: [index] })));
  const fetch = fetchGiving(one(), embedded([{ index: 0, embedding: [7] }]));
  const { vectors, tokens } = await new Client({ fetch }).embed(Array(257).fill('a'));
  expect([vectors.length, vectors[256][0], tokens]).toEqual([257, 7, 6]);
});

test('waits as long as Retry-After says, and longer each time, before it tries again', async () => {
  const waits: number[] = [];
  const timer = vi.spyOn(globalThis, 'setTimeout').mockImplementation((done: () => void, ms?: number) => {
    waits.push(Number(ms));
    queueMicrotask(done);
    return 0 as unknown as NodeJS.Timeout;
  });
  onTestFinished(() => timer.mockRestore());
  const fetch = fetchGiving(
    busy({ 'retry-after': '2' }),
    new Error('refused'),
    embedded([{ index: 0, embedding: [1] }]),
  );
  expect((await new Client({ fetch }).embed(['a'])).model).toBe('minilm');
  const [first, second] = waits;
  expect(first).toBeGreaterThanOrEqual(2000);
  expect(first).toBeLessThanOrEqual(3000);
  expect(second).toBeGreaterThanOrEqual(500);
  expect(second).toBeLessThanOrEqual(750);
});

test.each([
  [answer(404, { error: { message: 'no such model', code: 'model_not_found' } }), 404, 'no such model'],
  [answer(400, { error: 'bad' }), 400, 'bad'],
  [new Response('<html>', { status: 401 }), 401, 'the server answers with status 401'],
])('an answer that another attempt cannot better is thrown at once', async (response, status, message) => {
  const fetch = fetchGiving(response);
  const failure = new Client({ fetch }).models();
  await expect(failure).rejects.toMatchObject({ name: 'ServerError', status, message });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('gives up after so many attempts', async () => {
  const fetch = fetchGiving(busy(), busy());
  await expect(new Client({ fetch, attempts: 2 }).embed(['a'])).rejects.toThrow(ServerError);
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('a signal ends the waiting', async () => {
  const controller = new AbortController();
  const fetch = fetchGiving(busy({ 'retry-after': '20' }));
  const vectors = new Client({ fetch }).embed(['a'], { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 10);
  await expect(vectors).rejects.toThrow('enough');
});

test.each([
  ['{"error": null}', undefined],
  ['null', undefined],
  ['"busy"', undefined],
  ['{"error": {"message": "no", "code": null}}', 'no'],
  ['{"error": "plain", "error_type": "Validation"}', 'plain'],
])('the error %s is no reason to say that nobody is there', async (body, message) => {
  const fetch = fetchGiving(new Response(body, { status: 400 }));
  await expect(new Client({ fetch }).models()).rejects.toMatchObject({
    status: 400,
    code: undefined,
    message: message ?? 'the server answers with status 400',
  });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('a server that cannot be reached is status 0, with the cause', async () => {
  const cause = new Error('refused');
  await expect(
    new Client({ fetch: fetchGiving(cause), attempts: 1, url: 'http://h//' }).models(),
  ).rejects.toMatchObject({
    status: 0,
    message: 'http://h cannot be reached',
    cause,
  });
});

test('an answer that breaks off is asked for again', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const broken = new Response(
    new ReadableStream({
      pull: (controller) => {
        controller.enqueue(Buffer.from('{"data":[{"id"'));
        controller.error(new TypeError('terminated'));
      },
    }),
  );
  const fetch = fetchGiving(broken, answer(200, { data: [{ id: 'a' }] }));
  const models = new Client({ fetch }).models();
  await vi.runAllTimersAsync();
  expect(await models).toEqual(['a']);
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('an answer that is no JSON is told as such, once', async () => {
  const fetch = fetchGiving(new Response('<!doctype html>', { status: 200 }));
  const error = await new Client({ fetch }).embed(['a']).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServerError);
  expect(error).toMatchObject({ status: 200, message: expect.stringContaining('no JSON') });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('no texts are not asked for', async () => {
  const fetch = fetchGiving();
  expect(await new Client({ fetch }).embed([], { model: 'm' })).toEqual({
    vectors: [],
    model: 'm',
    tokens: 0,
    truncated: 0,
  });
  expect(fetch).not.toHaveBeenCalled();
});

test('many texts go in requests of 256, and what they took is added', async () => {
  const sizes: number[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const { input } = JSON.parse(String(init?.body)) as { input: string[] };
    sizes.push(input.length);
    return embedded(input.map((text, index) => ({ index, embedding: [Number(text)] })));
  };
  const { vectors, tokens, truncated } = await new Client({ fetch }).embed(
    Array.from({ length: 513 }, (_, i) => `${i}`),
  );
  expect(sizes).toEqual([256, 256, 1]);
  expect(vectors.map(([first]) => first)).toEqual(Array.from({ length: 513 }, (_, i) => i));
  expect({ tokens, truncated }).toEqual({ tokens: 9, truncated: 3 });
});

test.each([
  ['too few', { data: [{ index: 0, embedding: [1] }], model: 'm', usage: { total_tokens: 1 } }, 1],
  ['none', { data: [], model: 'm', usage: { total_tokens: 1 } }, 0],
  ['something else', { embeddings: [[1], [2]] }, 0],
  ['nothing', null, 0],
])('vectors that are not those of the texts are no answer: %s', async (_, body, count) => {
  const fetch = fetchGiving(answer(200, body));
  await expect(new Client({ fetch }).embed(['a', 'b'])).rejects.toMatchObject({
    name: 'ServerError',
    message: `2 texts were sent, and ${count} vectors came back`,
  });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test.each([400, 401, 403, 404, 413, 422, 424])('status %i will be no other the next time', async (status) => {
  const fetch = fetchGiving(answer(status, { error: { message: 'no', code: 'x' } }));
  await expect(new Client({ fetch }).embed(['a'])).rejects.toMatchObject({ status, message: 'no', code: 'x' });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test.each([408, 429, 500, 502, 503, 504])('status %i may be another the next time', async (status) => {
  const fetch = fetchGiving(answer(status, {}), embedded([{ index: 0, embedding: [1] }]));
  const timer = vi.spyOn(globalThis, 'setTimeout').mockImplementation((done: () => void) => {
    queueMicrotask(done);
    return 0 as unknown as NodeJS.Timeout;
  });
  onTestFinished(() => timer.mockRestore());
  expect((await new Client({ fetch }).embed(['a'])).vectors).toEqual([Float32Array.of(1)]);
});

test.each([
  ['{"error":"in words"}', 'in words', undefined],
  ['{"error":{"message":"in an object","code":null}}', 'in an object', undefined],
  ['{"error":null}', 'the server answers with status 400', undefined],
  ['{"error":{"code":"alone"}}', 'the server answers with status 400', 'alone'],
  ['{"error":5}', 'the server answers with status 400', undefined],
  ['null', 'the server answers with status 400', undefined],
  ['', 'the server answers with status 400', undefined],
  ['<html>', 'the server answers with status 400', undefined],
])('the error %s is told as: %s', async (body, message, code) => {
  const fetch = fetchGiving(new Response(body, { status: 400 }));
  const error = await new Client({ fetch }).embed(['a']).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(ServerError);
  expect(error).toMatchObject({ message, status: 400 });
  expect((error as ServerError).code).toBe(code);
});
