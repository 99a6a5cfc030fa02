import { Embedder } from 'octavec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedModel, goldenTexts } from '../support/golden-texts.js';
import { startServer, type TestServer } from '../support/http-server.js';

let server: TestServer;
let embedder: Embedder;
beforeAll(async () => {
  [server, embedder] = await Promise.all([startServer(), Embedder.load(embeddedModel)]);
});
afterAll(() => Promise.all([server.close(), embedder.close()]));

/** An empty text is no input of any API. */
const golden = goldenTexts.filter(({ text }) => text !== '').slice(0, 6);
const texts = golden.map(({ text }) => text);
const floats = (base64: string) => {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) => Array.from(x).reduce((sum, v, i) => sum + v * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe("OpenAI's API", () => {
  test('gives the vectors of the embedder, as numbers and as base64, in order', async () => {
    const expected = await embedder.embed(texts);
    const asNumbers = await server.post('/v1/embeddings', { model: 'all-MiniLM-L6-v2', input: texts });
    const asBase64 = await server.post('/v1/embeddings', {
      model: 'text-embedding-3-small',
      input: texts,
      encoding_format: 'base64',
    });
    expect(asNumbers.body.data.map(({ index }: { index: number }) => index)).toEqual(texts.map((_, i) => i));
    for (const [i, vector] of expected.entries()) {
      expect(floats(asBase64.body.data[i].embedding)).toEqual(vector);
      expect(Float32Array.from(asNumbers.body.data[i].embedding)).toEqual(vector);
      expect(cosine(vector, golden[i].embedding)).toBeGreaterThan(0.9999);
    }
    const tokens = golden.reduce((sum, { ids }) => sum + ids.length, 0);
    expect(asNumbers.body).toMatchObject({
      object: 'list',
      model: 'all-MiniLM-L6-v2',
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
    expect(asBase64.body.model).toBe('text-embedding-3-small');
  });

  test('takes a string, token ids and lists of token ids for the same text', async () => {
    const [{ text, ids }] = golden;
    const embedding = async (input: unknown) => {
      const { status, body } = await server.post('/v1/embeddings', { model: 'all-MiniLM-L6-v2', input });
      expect(status).toBe(200);
      return body.data[0].embedding;
    };
    const expected = await embedding(text.toLowerCase());
    expect(await embedding(ids)).toEqual(expected);
    expect(await embedding([ids])).toEqual(expected);
  });

  test('cuts vectors to dimensions and scales them to length 1', async () => {
    const { body } = await server.post('/v1/embeddings', { input: 'hello', dimensions: 64 });
    const [{ embedding }] = body.data;
    expect(embedding).toHaveLength(64);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
  });

  test('cuts over-long texts and says so, or refuses them', async () => {
    const input = ['word '.repeat(1000), 'short'];
    const cut = await server.post('/v1/embeddings', { input });
    expect(cut.headers.get('x-octavec-truncated')).toBe('1');
    expect(cut.body.usage.total_tokens).toBe(256 + 3);
    const refused = await server.post('/v1/embeddings', { input, truncate: false });
    expect(refused).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error', param: 'input' } } });
    expect(refused.body.error.message).toContain('maximum context length is 256 tokens');
  });

  test('lists models and aliases', async () => {
    const { body } = await server.get('/v1/models');
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['all-MiniLM-L6-v2', 'text-embedding-3-small']);
    expect((await server.get('/v1/models/text-embedding-3-small')).body).toMatchObject({ object: 'model' });
  });
});

describe("TEI's API", () => {
  test('embeds, normalized or not, with headers that say what it took', async () => {
    const one = await server.post('/embed', { inputs: texts[0] });
    expect(Float32Array.from(one.body[0])).toEqual((await embedder.embed(texts.slice(0, 1)))[0]);
    for (const name of [
      'x-compute-type',
      'x-compute-time',
      'x-total-time',
      'x-tokenization-time',
      'x-inference-time',
    ]) {
      expect([name, one.headers.get(name)]).toEqual([name, expect.stringMatching(/^(cpu|\d+)$/)]);
    }
    expect(one.headers.get('x-compute-characters')).toBe(String([...texts[0]].length));
    expect(one.headers.get('x-compute-tokens')).toBe(String(golden[0].ids.length));
    const raw = await server.post('/embed', { inputs: [texts[0]], normalize: false });
    expect(Math.hypot(...raw.body[0])).toBeGreaterThan(1.5);
    expect(cosine(raw.body[0], one.body[0])).toBeGreaterThan(0.99999);
  });

  test('gives a vector for each token, whose mean is the vector of the text', async () => {
    const { body } = await server.post('/embed_all', { inputs: [texts[0]] });
    expect(body[0]).toHaveLength(golden[0].ids.length);
    const mean = body[0][0].map((_: number, i: number) =>
      body[0].reduce((sum: number, row: number[]) => sum + row[i] / body[0].length, 0),
    );
    expect(cosine(mean, (await embedder.embed([texts[0]]))[0])).toBeGreaterThan(0.9999);
  });

  test('compares sentences', async () => {
    const inputs = { source_sentence: 'a cat', sentences: ['a kitten', 'a tax return'] };
    const { body } = await server.post('/similarity', { inputs });
    expect(body[0]).toBeGreaterThan(body[1] + 0.2);
  });

  test('cuts into tokens with places in bytes, and puts them together again', async () => {
    const { body } = await server.post('/tokenize', { inputs: 'Über Zürich' });
    const [first, ...rest] = body[0];
    expect(first).toEqual({ id: 101, text: '[CLS]', special: true, start: null, stop: null });
    expect(rest[0]).toMatchObject({ start: 0, special: false });
    const words = Buffer.from('Über Zürich');
    for (const { text, start, stop } of rest.slice(0, -1)) {
      expect(words.subarray(start, stop).toString()).toBe(text);
    }
    expect((await server.post('/decode', { ids: [101, 7592, 2088, 102] })).body).toEqual(['hello world']);
  });

  test('describes itself', async () => {
    expect((await server.get('/info')).body).toMatchObject({
      model_id: 'all-MiniLM-L6-v2',
      model_dtype: 'float16',
      model_type: { embedding: { pooling: 'mean' } },
      max_input_length: 256,
      max_client_batch_size: 32,
      auto_truncate: true,
    });
    expect(await server.get('/health')).toMatchObject({ status: 200, body: '' });
    expect(await server.get('/ready')).toMatchObject({ status: 200, body: { dimensions: 384 } });
    const { body } = await server.get('/metrics');
    expect(body).toMatch(/^te_request_count\{method="single"\} [1-9]/m);
    expect(body).toContain('te_request_duration_bucket{le="0.000015"}');
  });
});

describe("Ollama's API", () => {
  test('embeds one text or several', async () => {
    const expected = await embedder.embed(['Why is the sky blue?']);
    const { body } = await server.post('/api/embed', {
      model: 'all-MiniLM-L6-v2:latest',
      input: 'Why is the sky blue?',
    });
    expect(Float32Array.from(body.embeddings[0])).toEqual(expected[0]);
    expect(body).toMatchObject({ prompt_eval_count: expected.tokenCounts[0], total_duration: expect.any(Number) });
    const old = await server.post('/api/embeddings', { model: 'all-MiniLM-L6-v2', prompt: 'Why is the sky blue?' });
    expect(Float32Array.from(old.body.embedding)).toEqual(expected[0]);
  });

  test('lists, shows, and refuses over-long texts where it is told to', async () => {
    expect((await server.get('/api/tags')).body.models[0]).toMatchObject({ name: 'all-MiniLM-L6-v2' });
    expect((await server.get('/api/ps')).body.models).toHaveLength(1);
    const { body } = await server.post('/api/show', { model: 'all-MiniLM-L6-v2' });
    expect(body.model_info).toMatchObject({ 'bert.context_length': 256, 'bert.embedding_length': 384 });
    expect(
      await server.post('/api/embed', { model: 'all-MiniLM-L6-v2', input: 'a '.repeat(999), truncate: false }),
    ).toMatchObject({ status: 400, body: { error: 'the input length exceeds the context length' } });
  });
});

describe("Cohere's API", () => {
  test('gives vectors in several types', async () => {
    const { body } = await server.post('/v2/embed', {
      model: 'all-MiniLM-L6-v2',
      texts: ['a', 'b'],
      input_type: 'search_document',
      embedding_types: ['float', 'int8', 'ubinary', 'base64'],
    });
    const { float, int8, ubinary, base64 } = body.embeddings;
    expect([float[1].length, int8[1].length, ubinary[1].length]).toEqual([384, 384, 48]);
    expect(floats(base64[1])).toEqual(Float32Array.from(float[1]));
    expect(cosine(int8[1], float[1])).toBeGreaterThan(0.999);
  });

  test('say of what kind they are, as its client reads the first version by it', async () => {
    const asked = { texts: ['a'], input_type: 'search_document' };
    const { body: plain } = await server.post('/v1/embed', asked);
    expect([plain.response_type, plain.embeddings[0].length]).toEqual(['embeddings_floats', 384]);
    for (const path of ['/v1/embed', '/v2/embed']) {
      const { body } = await server.post(path, { ...asked, embedding_types: ['float'] });
      expect([body.response_type, body.embeddings.float]).toEqual(['embeddings_by_type', plain.embeddings]);
    }
  });
});

test('the description of the API is OpenAPI 3.1 and speaks of every protocol', async () => {
  const { body } = await server.get('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  for (const path of ['/v1/embeddings', '/embed', '/similarity', '/api/embed', '/v2/embed', '/ready']) {
    expect(Object.keys(body.paths)).toContain(path);
  }
  expect(body.paths['/v1/models/{model}'].get.parameters).toMatchObject([
    { name: 'model', in: 'path', required: true },
  ]);
  const { body: page } = await server.get('/docs');
  for (const [, asset] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const { status, headers } = await server.get(asset);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/(css|javascript)/)]);
  }
  expect((await server.get('/', { accept: 'text/html' })).headers.get('content-security-policy')).toContain("'none'");
});
