import { describe, expect, test } from 'vitest';
import { corpusOf } from '../../test/support/corpus.js';
import { randomNumbers } from '../numbers/index.js';
import { readTask } from './data/read-task.js';
import { evaluateTask } from './evaluate-task.js';
import { evaluateRetrieval } from './retrieval.js';
import type { EmbedTexts, Task } from './task.js';

/** Vectors written as texts: "1 0 0.5" is the vector (1, 0, 0.5). Remembers what it was asked for. */
function spokenVectors(): { embed: EmbedTexts; uses: Parameters<EmbedTexts>[1][]; texts: string[] } {
  const uses: Parameters<EmbedTexts>[1][] = [];
  const seen: string[] = [];
  const embed: EmbedTexts = async (texts, use) => {
    uses.push(use);
    seen.push(...texts);
    const rows = texts.map((text) => text.split(' ').map(Number));
    return { data: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0].length };
  };
  return { embed, uses, texts: seen };
}

/** A point at an angle on the circle. */
const at = (degrees: number) =>
  `${Math.cos((degrees * Math.PI) / 180).toFixed(6)} ${Math.sin((degrees * Math.PI) / 180).toFixed(6)}`;

describe('sts', () => {
  test('is 1 where cosines are in the order of the scores, and embeds every text once', async () => {
    const { embed, texts } = spokenVectors();
    const pairs = [10, 30, 50, 70].map((angle, i) => ({ first: at(0), second: at(angle), score: 5 - i }));
    const { metrics, mainMetric } = await evaluateTask({ kind: 'sts', name: 'toy', pairs }, embed);
    expect(mainMetric).toBe('spearman');
    expect(metrics.spearman).toBeCloseTo(1, 12);
    expect(metrics.pearson).toBeGreaterThan(0.95);
    expect(texts.length).toBe(5);
  });
});

test('pair classification finds the threshold', async () => {
  const pairs = [5, 10, 60, 70].map((angle, i) => ({
    first: at(0),
    second: at(angle),
    label: (i < 2 ? 1 : 0) as 0 | 1,
  }));
  const task: Task = { kind: 'pair-classification', name: 'toy', pairs };
  const { metrics } = await evaluateTask(task, spokenVectors().embed);
  expect(metrics).toEqual({ ap: 1, f1: 1, accuracy: 1 });
});

describe('retrieval', () => {
  const documents = [at(0), at(20), at(40), at(90)].map((text, i) => ({ id: `d${i}`, text }));
  const task: Task & { kind: 'retrieval' } = {
    kind: 'retrieval',
    name: 'toy',
    corpus: corpusOf(documents),
    queries: [
      { id: 'q', text: at(25) },
      { id: 'd3', text: at(90) },
      { id: 'unjudged', text: at(0) },
    ],
    judgements: new Map([
      ['q', new Map([['d2', 1]])],
      // d3 is its own best match, which does not count.
      ['d3', new Map([['d2', 1]])],
    ]),
    ignoreIdenticalIds: true,
  };

  test('ranks by cosine; a query is not its own answer; roles reach the embedder', async () => {
    const { embed, uses } = spokenVectors();
    const { metrics, samples } = await evaluateTask(task, embed);
    expect(metrics['mrr@10']).toBeCloseTo((1 / 2 + 1) / 2, 12);
    expect(metrics['ndcg@1']).toBe(0.5);
    expect(metrics['recall@10']).toBe(1);
    expect(samples.kind === 'items' && samples.values['mrr@10'].length).toBe(2);
    expect(uses.map(({ role }) => role)).toEqual(['query', 'document']);
  });

  test('ids that queries and documents share by chance are no reason to leave a document out', async () => {
    const judgements = new Map([['d3', new Map([['d3', 1]])]]);
    const { metrics } = await evaluateTask({ ...task, judgements, ignoreIdenticalIds: false }, spokenVectors().embed);
    expect(metrics['ndcg@10']).toBe(1);
  });

  test('a corpus of several chunks gives the same as one chunk', async () => {
    const random = randomNumbers(5);
    const many = Array.from({ length: 2500 }, (_, i) => ({ id: `x${i}`, text: at(random() * 360) }));
    const angle = (text: string) => text.split(' ').map(Number);
    const query = at(77);
    const best = many
      .map(({ id, text }) => ({ id, score: angle(text)[0] * angle(query)[0] + angle(text)[1] * angle(query)[1] }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 100);
    const judged = { ...task, corpus: corpusOf(many), queries: [{ id: 'q', text: query }] };
    const relevant = new Map(best.map(({ id }) => [id, 1]));
    const { metrics } = await evaluateTask(
      { ...judged, judgements: new Map([['q', relevant]]) },
      spokenVectors().embed,
    );
    expect(metrics['recall@100']).toBeGreaterThanOrEqual(0.99);
    expect(metrics['ndcg@10']).toBe(1);
  });

  test('new queries on an old index: documents come from the other embedder', async () => {
    const turned: EmbedTexts = async (texts, use, options) => {
      const { data, ...shape } = await spokenVectors().embed(texts, use, options);
      return { ...shape, data: data.map((value) => -value) };
    };
    const own = await evaluateRetrieval(task, turned, {}, turned);
    const mixed = await evaluateRetrieval(task, turned, {}, spokenVectors().embed);
    expect(own.metrics['mrr@10']).toBe(0.75);
    expect(mixed.metrics['mrr@10']).toBeLessThan(0.75);
  });

  test('vectors that are no numbers find nothing', async () => {
    const broken: EmbedTexts = async (texts) => ({
      data: new Float32Array(texts.length * 2).fill(Number.NaN),
      rows: texts.length,
      columns: 2,
    });
    expect((await evaluateTask(task, broken)).metrics['recall@100']).toBe(0);
  });

  test('the embedded scifact-mini is read whole', async () => {
    const task = await readTask('scifact-mini');
    if (task.kind !== 'retrieval') {
      throw new Error(`it became ${task.kind}`);
    }
    const { corpus, queries, judgements, name } = task;
    expect([name, corpus.count, queries.length]).toEqual(['scifact-mini', 1000, 300]);
    expect([...judgements.values()].reduce((sum, grades) => sum + grades.size, 0)).toBe(339);
    let read = 0;
    for await (const { text } of corpus.read()) {
      read += text.length > 0 ? 1 : 0;
    }
    expect(read).toBe(1000);
  });
});

test('reranking: ties are no merit, queries without both sides are left out', async () => {
  const task: Task = {
    kind: 'reranking',
    name: 'toy',
    queries: [
      { text: at(0), positive: [at(10)], negative: [at(50), at(60)] },
      { text: at(0), positive: [at(50)], negative: [at(50), at(60)] },
      { text: at(0), positive: [], negative: [at(1)] },
    ],
  };
  const { metrics } = await evaluateTask(task, spokenVectors().embed);
  expect(metrics.map).toBeCloseTo((1 + 0.5) / 2, 12);
  expect(metrics['mrr@10']).toBeCloseTo((1 + 0.5) / 2, 12);
});

describe('labels', () => {
  const random = randomNumbers(2);
  const labelled = Array.from({ length: 120 }, (_, i) => ({
    label: ['left', 'right', 'above'][i % 3],
    text: at([0, 120, 240][i % 3] + 40 * random()),
  }));

  test('classification tells heaps apart, and reports its spread', async () => {
    const task: Task = { kind: 'classification', name: 'toy', train: labelled.slice(0, 60), test: labelled.slice(60) };
    const result = await evaluateTask(task, spokenVectors().embed);
    expect(result.metrics.accuracy).toBeGreaterThan(0.95);
    expect(result.metrics.f1).toBeGreaterThan(0.95);
    expect(result.deviations?.accuracy).toBeLessThan(0.1);
    expect(result.samples).toMatchObject({ kind: 'predictions', truth: { length: 60 }, experiments: { length: 10 } });
  });

  test('a label that training never saw is never right', async () => {
    const strange = labelled.slice(60).map(({ text }) => ({ label: 'new', text }));
    const task: Task = { kind: 'classification', name: 'toy', train: labelled.slice(0, 60), test: strange };
    expect((await evaluateTask(task, spokenVectors().embed)).metrics.accuracy).toBe(0);
  });

  test('clustering finds the heaps', async () => {
    const result = await evaluateTask({ kind: 'clustering', name: 'toy', sets: [labelled] }, spokenVectors().embed);
    expect(result.metrics['v-measure']).toBeGreaterThan(0.9);
  });
});
