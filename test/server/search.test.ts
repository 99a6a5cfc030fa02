import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, ServerError } from 'octavec/client';
import { Index, type IndexDocument } from 'octavec/search';
import { hashOfKey } from 'octavec/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Embedder } from '#rooms/embed';
import { embeddedModel } from '../support/golden-texts.js';
import { serverForTest, startServer, type TestServer } from '../support/http-server.js';

const folder = mkdtempSync(join(tmpdir(), 'octavec-server-search-'));
const four: readonly IndexDocument[] = [
  { id: 'ai.md', text: 'Artificial intelligence transforms industries', metadata: { topic: 'ai', tags: ['a', 'b'] } },
  { id: 'ml.md', text: 'Machine learning improves predictions', metadata: { topic: 'ai' } },
  { id: 'a/dl.md#1?', text: 'Deep learning uses neural networks', metadata: { topic: 'ai' } },
  { id: 'weather.md', text: 'The weather is sunny today', metadata: { topic: 'weather', year: 2025 } },
];
let embedder: Embedder;
let docs: Index;
let notes: Index;
let server: TestServer;
let client: Client;

beforeAll(async () => {
  embedder = await Embedder.load(embeddedModel);
  docs = await Index.open(join(folder, 'docs.index'), { model: embedder });
  notes = await Index.open(join(folder, 'notes.index'), { model: embedder });
  await docs.add(four);
  const indexes = [
    { name: 'docs', index: docs },
    { name: 'notes', index: notes },
  ];
  server = await startServer({ indexes, indexWritable: true });
  client = new Client({ url: server.url, attempts: 1 });
});
afterAll(async () => {
  await server.close();
  await Promise.all([docs.close(), notes.close()]);
  await embedder.close();
  rmSync(folder, { recursive: true });
});

describe('POST /search', () => {
  test('leaves the weather out of the top three', async () => {
    const { status, body } = await server.post('/search', { query: 'AI and ML', top: 3, explain: true });
    expect({ status, index: body.index }).toEqual({ status: 200, index: 'docs' });
    expect(body.results.map((one: { document: string }) => one.document).sort()).toEqual([
      ...['a/dl.md#1?', 'ai.md', 'ml.md'],
    ]);
    expect(body.results[0]).toMatchObject({ score: expect.any(Number), explanation: { rank: 1 } });
  });

  test('filters, by words too', async () => {
    const asked = { query: 'sunny', mode: 'text', filter: 'year >= 2025' };
    const { body } = await server.post('/search', asked);
    expect(body.results).toEqual([
      {
        ...{ id: 'weather.md#1', document: 'weather.md', text: four[3].text, score: expect.any(Number) },
        metadata: { topic: 'weather', year: 2025 },
      },
    ]);
  });

  test.each<[string, unknown, number, string]>([
    ['no question', {}, 400, 'invalid'],
    ['an empty question', { query: ' ' }, 400, 'empty'],
    ['a question of half a character', { query: '\ud800' }, 400, 'invalid'],
    ['an unknown field', { query: 'x', where: 'y' }, 400, 'invalid'],
    ['too many results', { query: 'x', top: 1001 }, 400, 'invalid'],
    ['a broken filter', { query: 'x', filter: 'topic =' }, 400, 'invalid'],
    ['another index', { query: 'x', index: '../docs' }, 404, 'unknown_index'],
    ['an index that is empty', { query: 'x', index: 'notes' }, 404, 'unknown_index'],
    ['no JSON', '{', 400, 'invalid'],
  ])('%s is an error in its own form', async (_, body, status, code) => {
    const answer = await server.post('/search', body);
    expect({ status: answer.status, body: answer.body }).toEqual({
      status,
      body: { error: expect.objectContaining({ code, message: expect.any(String) }) },
    });
    expect(answer.body.error.message).not.toContain(folder);
  });
});

describe('documents', () => {
  test('are added, read, searched and removed by the client', async () => {
    const request = { index: 'notes' };
    const documents = [
      { id: 'bees', text: 'Bees make honey.', metadata: { year: 2024 } },
      { id: 'empty', text: '' },
    ];
    expect(await client.addDocuments(documents, request)).toMatchObject({ added: 2, updated: 0 });
    expect(await client.addDocuments(documents, request)).toMatchObject({ added: 0, unchanged: 2 });
    const [found] = await client.search('Who makes honey?', { ...request, top: 1 });
    expect(found).toMatchObject({ document: 'bees', metadata: { year: 2024 } });
    expect(await client.document('bees', request)).toEqual({
      ...{ id: 'bees', metadata: { year: 2024 } },
      passages: [{ id: 'bees#1', text: 'Bees make honey.' }],
    });
    expect(await client.removeDocument('bees', request)).toBe(true);
    expect(await client.removeDocument('bees', request)).toBe(false);
    expect(await client.document('bees', request)).toBeUndefined();
  });

  test('are found whatever their ids are', async () => {
    expect(await client.document('a/dl.md#1?')).toMatchObject({ passages: [{ text: four[2].text }] });
    const { body } = await server.get(`/documents/${encodeURIComponent('ai.md')}?count=1`);
    expect(body).toMatchObject({ index: 'docs', id: 'ai.md', total: 1, metadata: { tags: ['a', 'b'] } });
  });

  test.each<[string, string, number, string]>([
    ['one that is not there', '/documents/..%2F..%2Fetc%2Fpasswd', 404, 'unknown_document'],
    ['no id', '/documents/', 405, 'wrong_method'],
    ['a bad count', '/documents/ai.md?count=0', 400, 'invalid'],
    ['another index', '/documents/ai.md?index=x', 404, 'unknown_index'],
  ])('%s is an error', async (_, path, status, code) => {
    const answer = await server.get(path);
    expect({ status: answer.status, code: answer.body.error.code }).toEqual({ status, code });
  });

  test.each<[string, unknown]>([
    ['none', { documents: [] }],
    ['one without an id', { documents: [{ text: 'x' }] }],
    ['one whose text is a number', { documents: [{ id: 'x', text: 7 }] }],
    ['metadata of objects', { documents: [{ id: 'x', text: 'y', metadata: { z: {} } }] }],
  ])('%s cannot be added', async (_, body) => {
    expect(await server.post('/documents', body)).toMatchObject({
      ...{ status: 400, body: { error: { code: 'invalid', param: expect.stringContaining('documents') } } },
    });
  });

  test('are listed by index, counted and described', async () => {
    const { body } = await server.get('/indexes');
    expect(body.indexes).toEqual([
      expect.objectContaining({ name: 'docs', documents: 4, passages: 4, writable: true }),
      expect.objectContaining({ name: 'notes', writable: true }),
    ]);
    const metrics = (await server.get('/metrics')).body;
    expect(metrics).toContain('octavec_index_documents{index="docs"} 4');
    expect(metrics).toMatch(/octavec_search_duration_count\{index="docs",mode="hybrid"\} [1-9]/);
    const { paths } = (await server.get('/openapi.json')).body;
    expect(paths['/documents/{id}'].delete.parameters).toContainEqual(expect.objectContaining({ name: 'id' }));
    expect(paths['/search'].post.requestBody).toBeDefined();
  });
});

test('keys are asked for, nothing is written unless that is allowed, and another process is followed', async () => {
  const readOnly = await serverForTest({ indexes: [{ name: 'docs', index: docs }], apiKeys: [hashOfKey('secret')] });
  expect((await readOnly.post('/search', { query: 'x' })).status).toBe(401);
  const reader = new Client({ url: readOnly.url, apiKey: 'secret', attempts: 1 });
  await expect(reader.addDocuments([{ id: 'x', text: 'y' }])).rejects.toEqual(
    expect.objectContaining({ name: ServerError.name, status: 403, code: 'forbidden' }),
  );
  await expect(reader.removeDocument('ai.md')).rejects.toMatchObject({ status: 403 });
  await using other = await Index.open(join(folder, 'docs.index'), { model: embedder });
  expect((await other.facts()).documents).toBe(4);
  await client.addDocuments([{ id: 'new', text: 'Bees make honey.' }]);
  expect(await other.search('honey', { top: 1 })).toMatchObject([{ document: 'new' }]);
  // What one process changes no other can, and the answer says so.
  const second = await serverForTest({ indexes: [{ name: 'docs', index: other }], indexWritable: true });
  expect(await second.post('/documents', { documents: [{ id: 'x', text: 'y' }] })).toMatchObject({
    ...{ status: 409, body: { error: { code: 'conflict' } } },
  });
  await client.removeDocument('new');
});

test('without an index there are no such routes', async () => {
  const plain = await serverForTest();
  expect(await plain.post('/search', { query: 'x' })).toMatchObject({
    ...{ status: 404, body: { error: { code: 'unknown_route' } } },
  });
});
