import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openModelFolder } from 'octavec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert } from '#rooms/convert';
import { minilm, startServer, type TestServer } from '../support/http-server.js';

const fixture = fileURLToPath(new URL('../fixtures/rerank/bert', import.meta.url));
const golden = JSON.parse(readFileSync(join(fixture, 'golden.json'), 'utf8'));
const [query]: string[] = golden.queries;
const texts: string[] = golden.texts.slice(0, 5);
const logits: number[] = golden.logits[0].slice(0, 5);
const best = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a]);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const near = (value: number) => expect.closeTo(value, 5);

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-server-rerank-'));
  cpSync(fixture, folder, { recursive: true });
  const config = join(folder, 'config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll('LABEL_0', 'relevant'));
  await convert(folder);
  const cross = { name: 'cross', open: () => openModelFolder(folder, { task: 'rerank' }) };
  server = await startServer({ models: [minilm, cross] });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('TEI: the first model that ranks texts does so, with scores of sentence-transformers', async () => {
  const { body, headers } = await server.post('/rerank', { query, texts });
  expect(body).toEqual(best.map((index) => ({ index, score: near(sigmoid(logits[index])) })));
  expect(headers.get('x-compute-type')).toBe('cpu');
  const raw = await server.post('/rerank', { query, texts, raw_scores: true, return_text: true });
  expect(raw.body).toEqual(best.map((index) => ({ index, score: near(logits[index]), text: texts[index] })));
});

test('TEI: pairs are scored in their order', async () => {
  const label = 'relevant';
  const pairs = texts.map((text) => [query, text]);
  expect(await server.post('/predict', { inputs: pairs[1] })).toMatchObject({
    status: 200,
    body: [{ label, score: near(sigmoid(logits[1])) }],
  });
  const { body } = await server.post('/predict', { inputs: pairs, raw_scores: true });
  expect(body).toEqual(logits.map((logit) => [{ label, score: near(logit) }]));
  // A text by itself has a score, too, and is no pair with an empty one.
  const raw = await server.post('/predict', { inputs: texts[1], raw_scores: true });
  const [{ score }] = (await server.post('/predict', { inputs: texts[1] })).body;
  expect(score).toEqual(near(sigmoid(raw.body[0].score)));
  expect(score).not.toBeCloseTo((await server.post('/predict', { inputs: [texts[1], ''] })).body[0].score, 4);
});

test('Vertex AI: a ranking is told by its form, among requests of the first model', async () => {
  const [asked, vectors] = await Promise.all([
    server.post('/rerank', { query, texts, raw_scores: true }),
    server.post('/embed', { inputs: texts }),
  ]);
  const { body } = await server.post('/vertex', {
    instances: [{ inputs: texts }, { query, texts, raw_scores: true }, { inputs: texts[0] }],
  });
  expect(body.predictions).toEqual([vectors.body, asked.body, [vectors.body[0]]]);
  expect((await server.post('/vertex', { instances: [] })).body).toEqual({ predictions: [] });
  expect(await server.post('/vertex', { instances: [{ inputs: 'a' }, { inputs: 5 }] })).toMatchObject({
    status: 422,
    body: { error_type: 'Validation', error: expect.stringContaining('inputs') },
  });
});

test.each(['/v1/rerank', '/v2/rerank'])('Cohere and Jina: %s', async (path) => {
  const asked = { model: 'cross', query, documents: [texts[0], ...texts.slice(1).map((text) => ({ text }))], top_n: 2 };
  const { status, body } = await server.post(path, { ...asked, return_documents: true });
  expect(status).toBe(200);
  expect(body.results).toEqual(
    best.slice(0, 2).map((index) => ({
      index,
      relevance_score: near(sigmoid(logits[index])),
      document: { text: texts[index] },
    })),
  );
  expect(body.usage.total_tokens).toBeGreaterThan(10);
  expect(Object.keys((await server.post(path, asked)).body.results[0])).toEqual(['index', 'relevance_score']);
  for (const wrong of [{ documents: [] }, { top_n: 0 }, { query: 5 }, { documents: ['\ud800'] }, { documents: [5] }]) {
    const refused = await server.post(path, { ...asked, ...wrong });
    expect(refused).toMatchObject({ status: 400, body: { message: expect.any(String) } });
  }
  expect((await server.post(path, { ...asked, model: 'none' })).status).toBe(404);
});

test('over-long pairs lose the end of the text, or are refused', async () => {
  const long = `${texts[1]} ${'bread '.repeat(200)}`;
  const asked = { query, texts: [long] };
  const [cut] = (await server.post('/rerank', { ...asked, truncate: true })).body;
  const [other] = (await server.post('/rerank', { query, texts: [`${long} and more`], truncate: true })).body;
  expect(cut.score).toBe(other.score);
  const left = await server.post('/rerank', { ...asked, truncate: true, truncation_direction: 'Left' });
  expect(left.body[0].score).not.toBe(cut.score);
  expect(await server.post('/rerank', { ...asked, truncate: false })).toMatchObject({
    status: 422,
    body: { error_type: 'Validation', error: expect.stringContaining('tokens') },
  });
  expect((await server.post('/rerank', { query: 'cat '.repeat(500), texts: ['a'] })).status).toBe(422);
});

test('a model does what it can do, and no more', async () => {
  expect(await server.post('/v1/embeddings', { model: 'cross', input: 'a' })).toMatchObject({ status: 400 });
  expect(await server.post('/v1/rerank', { model: minilm.name, query, documents: texts })).toMatchObject({
    status: 424,
    body: { message: expect.any(String) },
  });
  const alone = await startServer({
    models: [{ name: 'cross', open: () => openModelFolder(folder, { task: 'rerank' }) }],
  });
  try {
    expect((await alone.get('/info')).body.model_type).toEqual({
      reranker: { id2label: { 0: 'relevant' }, label2id: { relevant: 0 } },
    });
    expect((await alone.get('/ready')).status).toBe(200);
    expect((await alone.post('/embed', { inputs: 'a' })).status).toBe(424);
    for (const path of ['/', '/invocations']) {
      expect((await alone.post(path, { query, texts })).body).toEqual(
        (await alone.post('/rerank', { query, texts })).body,
      );
      expect((await alone.post(path, { inputs: 'a' })).status).toBe(422);
    }
    const pair = { inputs: [query, texts[0]] };
    expect((await alone.post('/vertex', { instances: [pair, { query, texts }] })).body.predictions).toEqual([
      (await alone.post('/predict', pair)).body,
      (await alone.post('/rerank', { query, texts })).body,
    ]);
    expect((await alone.post('/api/show', { model: 'cross' })).body.capabilities).toEqual(['rerank']);
  } finally {
    await alone.close();
  }
});
