import { beforeAll, expect, test } from 'vitest';
import { Admission } from '../http/index.js';
import { buildApp } from './app.js';
import type { App, ServerContext } from './context.js';
import { Metrics } from './metrics.js';
import type { ModelShelf } from './model-shelf.js';
import { defaultLimits } from './options.js';

/** Beyond 17, a sigmoid in single precision is 1. The model gives an input the number that its last text says. */
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const classifierOf = (labels: readonly string[]) => ({
  maxTokens: 8,
  labels,
  classify: async (inputs: readonly (string | readonly [string, string])[], { raw }: { raw?: boolean }) => {
    const numbers = Float32Array.from(
      inputs.flatMap((input) => ([input].flat().at(-1) as string).split(' ').map(Number)),
    );
    return {
      scores: raw ? numbers : numbers.map(sigmoid),
      numbers,
      tokenCounts: new Int32Array(inputs.length).fill(3),
      truncated: 0,
    };
  },
});
const texts = ['20', '40', '-3', '30', '40'];
const order = [1, 4, 3, 0, 2];

async function appOf(labels: readonly string[]): Promise<App> {
  const task = labels.length === 1 ? 'rerank' : 'classify';
  const model = { name: 'm', aliases: [], id: 'm', describe: async () => ({ maxTokens: 8, task }) };
  const classifier = classifierOf(labels);
  const shelf = {
    models: [model],
    first: model,
    findReranker: async () => model,
    findClassifier: async () => model,
    useClassifier: (_: unknown, work: (one: typeof classifier) => unknown) => work(classifier),
  } as unknown as ModelShelf;
  const admission = new Admission(defaultLimits);
  const metrics = new Metrics({ shelf, admission });
  const context: ServerContext = { shelf, admission, metrics, limits: defaultLimits, autoTruncate: true };
  return buildApp(context, { models: [] }, { apiKeys: [], isStopping: false });
}

let app: App;
beforeAll(async () => {
  app = await appOf(['relevant']);
});

async function ask(to: App, url: string, payload: object) {
  const { statusCode, body } = await to.inject({ method: 'POST', url, payload });
  expect(statusCode).toBe(200);
  return JSON.parse(body);
}

test('texts whose scores are all 1 are ranked by the numbers before the sigmoid, equal ones in their order', async () => {
  const ranked: { index: number; score: number }[] = await ask(app, '/rerank', { query: 'q', texts });
  expect(ranked.map(({ index }) => index)).toEqual(order);
  expect(ranked.map(({ score }) => score).slice(0, 4)).toEqual([1, 1, 1, 1]);
  const raw: { score: number }[] = await ask(app, '/rerank', { query: 'q', texts, raw_scores: true });
  expect(raw.map(({ score }) => score)).toEqual([40, 40, 30, 20, -3]);
});

test.each(['/v1/rerank', '/v2/rerank'])('the best few of them are the right ones: %s', async (url) => {
  const { results } = await ask(app, url, { model: 'm', query: 'q', documents: texts, top_n: 3 });
  expect(results.map(({ index }: { index: number }) => index)).toEqual(order.slice(0, 3));
});

test('classes are ordered in the same way, for each input by itself', async () => {
  const classes = await appOf(['a', 'b', 'c']);
  const found = await ask(classes, '/predict', { inputs: [['20 -5 30'], ['-5 -200 -150']] });
  expect(found.map((one: { label: string }[]) => one.map(({ label }) => label))).toEqual([
    ['c', 'a', 'b'],
    ['a', 'c', 'b'],
  ]);
  expect(found[0].map(({ score }: { score: number }) => score).slice(0, 2)).toEqual([1, 1]);
});
