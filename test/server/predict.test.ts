import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModelFolder, Reranker } from 'octavec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert } from '#rooms/convert';
import { makeClassifierFolder, type TinyClassifier } from '../support/classifier-folder.js';
import { minilm, serverForTest, startServer, type TestServer } from '../support/http-server.js';

const labels = ['contradiction', 'entailment', 'neutral'];
const near = (value: number) => expect.closeTo(value, 4);

let folder: string;
let tiny: TinyClassifier;
let server: TestServer;
/** Pairs, and the numbers of the cross-encoder for them. */
let pairs: [string, string][];
let logits: readonly number[];
const served = (path: string) => ({ name: 'nli', open: () => openModelFolder(path, { task: 'classify' }) });
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octavec-server-predict-'));
  tiny = makeClassifierFolder(folder);
  const { gives, proof, unused } = await convert(folder);
  expect(gives).toBe('classes');
  expect(proof.largestDifference).toBeLessThan(1e-5);
  expect(unused).toEqual([]);
  pairs = tiny.queries.flatMap((query) => tiny.texts.slice(0, 8).map((text): [string, string] => [query, text]));
  logits = tiny.logits.flatMap((row) => row.slice(0, 8));
  server = await startServer({ models: [served(folder)] });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is answered for the numbers of the classes: the highest first. */
function predictionsOf(scores: readonly number[]) {
  return labels
    .map((label, i) => ({ label, score: near(scores[i]), order: scores[i] }))
    .sort((a, b) => b.order - a.order)
    .map(({ order: _, ...prediction }) => prediction);
}

function softmax(numbers: readonly number[]): number[] {
  const powers = numbers.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

test('pairs of texts get a score for every class, the highest first', async () => {
  const { status, body, headers } = await server.post('/predict', { inputs: pairs });
  expect(status).toBe(200);
  expect(body).toEqual(logits.map((logit) => predictionsOf(softmax(tiny.logitsOf(logit)))));
  expect(new Set(body.map(([{ label }]: [{ label: string }]) => label)).size).toBeGreaterThan(1);
  expect(headers.get('x-compute-type')).toBe('cpu');
  const raw = await server.post('/predict', { inputs: pairs, raw_scores: true });
  expect(raw.body).toEqual(logits.map((logit) => predictionsOf(tiny.logitsOf(logit))));
  // One pair, not in a list, has one list of classes.
  expect((await server.post('/predict', { inputs: pairs[1] })).body).toEqual(body[1]);
});

test('texts by themselves are read without a second, alone or among pairs', async () => {
  const [, text] = pairs[1];
  const { body: alone } = await server.post('/predict', { inputs: text, raw_scores: true });
  const found = Object.fromEntries(alone.map(({ label, score }: { label: string; score: number }) => [label, score]));
  // The three classes hang together by their weights, whatever the text.
  const expected = tiny.logitsOf(found.contradiction);
  expect(labels.map((label) => found[label])).toEqual(expected.map(near));
  expect(found.contradiction).not.toBeCloseTo(logits[1], 3);
  expect((await server.post('/predict', { inputs: [text], raw_scores: true })).body).toEqual(alone);
  const mixed = await server.post('/predict', { inputs: [[text], pairs[1], [text], pairs[2]], raw_scores: true });
  const nearly = (predictions: { label: string; score: number }[]) =>
    predictions.map(({ label, score }) => ({ label, score: near(score) }));
  expect(mixed.body).toEqual([
    nearly(alone),
    predictionsOf(tiny.logitsOf(logits[1])),
    nearly(alone),
    predictionsOf(tiny.logitsOf(logits[2])),
  ]);
});

test('over-long inputs lose an end, or are refused', async () => {
  const long = 'bread '.repeat(200);
  const score = async (asked: object) => (await server.post('/predict', { raw_scores: true, ...asked })).body[0].score;
  const cut = await score({ inputs: `cats ${long}` });
  expect(await score({ inputs: `cats ${long} sleep`, truncate: true })).toBe(cut);
  expect(await score({ inputs: `cats ${long}`, truncation_direction: 'left' })).not.toBe(cut);
  expect(await server.post('/predict', { inputs: [['cats', long]], truncate: false })).toMatchObject({
    status: 422,
    body: {
      error_type: 'Validation',
      error: expect.stringMatching(/^`inputs` must have less than 64 tokens\. Given: /),
    },
  });
});

test.each<[unknown, number, string]>([
  ['', 400, 'Empty'],
  [[], 400, 'Empty'],
  [['', ''], 400, 'Empty'],
  [[['a'], ['']], 400, 'Empty'],
  [['a', 'b', 'c'], 422, 'Validation'],
  [[['a', 'b', 'c']], 422, 'Validation'],
  [[[]], 422, 'Validation'],
  [[['a'], 'b'], 422, 'Validation'],
  [5, 422, 'Validation'],
  [{ text: 'a' }, 422, 'Validation'],
  ['a\ud800', 422, 'Validation'],
  [Array(33).fill(['a']), 422, 'Validation'],
])('inputs %j are refused', async (inputs, status, error_type) => {
  const answer = await server.post('/predict', { inputs });
  expect(answer).toMatchObject({ status, body: { error_type, error: expect.any(String) } });
});

test('a classifier is told as one, does what its hosts ask of it, and nothing else', async () => {
  expect((await server.get('/info')).body.model_type).toEqual({
    classifier: {
      id2label: { 0: 'contradiction', 1: 'entailment', 2: 'neutral' },
      label2id: { contradiction: 0, entailment: 1, neutral: 2 },
    },
  });
  expect((await server.get('/ready')).body).toEqual({ status: 'ready', model: 'nli' });
  const asked = { inputs: pairs[1] };
  const { body } = await server.post('/predict', asked);
  for (const path of ['/', '/invocations']) {
    expect((await server.post(path, asked)).body).toEqual(body);
  }
  expect((await server.post('/vertex', { instances: [asked, { inputs: [pairs[1]] }] })).body.predictions).toEqual([
    body,
    [body],
  ]);
  const [query, text] = pairs[0];
  expect(await server.post('/rerank', { query, texts: [text] })).toMatchObject({
    status: 424,
    body: { error: 'model is not a re-ranker model', error_type: 'Backend' },
  });
  expect((await server.post('/v1/rerank', { query, documents: [text] })).status).toBe(424);
  expect((await server.post('/embed', { inputs: 'a' })).status).toBe(424);
  expect((await server.post('/api/show', { model: 'nli' })).body).toMatchObject({
    capabilities: ['classify'],
    model_info: { 'bert.embedding_length': 3 },
  });
  const metrics: string = (await server.get('/metrics')).body;
  expect(Number(/^te_predict_success (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(10);
});

test('classes that do not exclude each other have a number from 0 to 1 each; names may be missing', async () => {
  const path = join(folder, 'multi-label');
  cpSync(join(folder, 'onnx'), join(path, 'onnx'), { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'config.json']) {
    cpSync(join(folder, name), join(path, name));
  }
  const config = JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));
  const changed = { ...config, id2label: undefined, problem_type: 'multi_label_classification' };
  writeFileSync(join(path, 'config.json'), JSON.stringify(changed));
  const other = await serverForTest({ models: [minilm, { ...served(path), name: 'topics' }] });
  const { body } = await other.post('/predict', { inputs: pairs[1] });
  const scores = tiny.logitsOf(logits[1]).map((x) => 1 / (1 + Math.exp(-x)));
  expect(new Map(body.map(({ label, score }: { label: string; score: number }) => [label, score]))).toEqual(
    new Map(body.map(({ label }: { label: string }) => [label, near(scores[Number(label.slice(-1))])])),
  );
  expect(body).toHaveLength(3);
});

test('it is no reranker, and the library says so', async () => {
  await expect(Reranker.load(folder)).rejects.toMatchObject({ code: 'MODEL_OUTPUT' });
});

test('a file with another number of classes than its configuration names is refused', async () => {
  const path = join(folder, 'two-names');
  cpSync(join(folder, 'onnx'), join(path, 'onnx'), { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    cpSync(join(folder, name), join(path, name));
  }
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  writeFileSync(join(path, 'config.json'), JSON.stringify({ ...config, id2label: { 0: 'a', 1: 'b' } }));
  await expect(startServer({ models: [served(path)] })).rejects.toMatchObject({
    code: 'MODEL_OUTPUT',
    message: expect.stringContaining('id2label'),
  });
});
