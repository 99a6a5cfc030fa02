import { describe, expect, test } from 'vitest';
import { rankingGates } from '../../evaluate/index.js';
import { type RetrievalTask, readTask } from '../../tasks/index.js';
import { gatesOf, quantizeReranker } from './quantize-reranker.js';
import { ownRankingTexts, rankingTexts } from './ranking-texts.js';

describe("octavec's own queries for rerankers", async () => {
  const [proof, calibration] = await Promise.all([
    ownRankingTexts('proof', { maxTokens: 512 }),
    ownRankingTexts('calibration', { maxTokens: 33 }),
  ]);

  test('are so many, each with so many texts, none twice', () => {
    expect([proof.queries.length, calibration.queries.length]).toEqual([20, 10]);
    for (const { texts } of [...proof.queries, ...calibration.queries]) {
      expect(texts).toHaveLength(12);
      expect(new Set(texts).size).toBe(12);
      expect(texts.every(({ length }) => length > 0 && length <= 500)).toBe(true);
    }
  });

  test('are others for the calibration than for the proof', () => {
    const proving = proof.queries.map(({ query }) => query);
    expect(new Set(proving).size).toBe(20);
    expect(calibration.queries.some(({ query }) => proving.some((other) => other.startsWith(query)))).toBe(false);
  });

  test('take half of what a model reads at most', () => {
    expect(calibration.queries.every(({ query }) => query.length === 16)).toBe(true);
    expect(proof.queries.every(({ query }) => query.length <= 256)).toBe(true);
  });

  test('begin with what bears on them: there is something to tell apart', async () => {
    const task = (await readTask('scifact-mini')) as RetrievalTask;
    const texts = new Map<string, string>();
    for await (const { id, text } of task.corpus.read()) {
      texts.set(id, text.slice(0, 500));
    }
    for (const {
      query,
      texts: [first],
    } of proof.queries) {
      const id = task.queries.find(({ text }) => text === query)?.id ?? '';
      const relevant = [...(task.judgements.get(id)?.keys() ?? [])].map((document) => texts.get(document));
      expect(relevant).toContain(first);
    }
  });
});

test('queries of their own are taken as they are', async () => {
  const queries = [{ query: 'q', texts: ['a', 'b'] }];
  expect(await rankingTexts(queries, { maxTokens: 8 })).toEqual({ queries, source: 'own queries' });
});

describe('gates of rerankers', () => {
  test('are known by the names of the usual ones', () => {
    const [[name, gate]] = Object.entries(rankingGates);
    expect(gatesOf({ gate: { name, limits: {}, limitsWhereMeasured: {} } }).gate).toBe(gate);
  });

  test('may be own ones, with limits on top', () => {
    const gate = { name: 'house', limits: { cosineMean: 1 }, limitsWhereMeasured: {} };
    expect(gatesOf({ gate, limits: { cosineP1: 0.5 } })).toEqual({
      ...{ gate, limits: { cosineP1: 0.5 }, limitsWhereMeasured: undefined, presets: rankingGates },
    });
    expect(gatesOf({}).gate).toBeUndefined();
  });
});

describe('options that rerankers do not have are refused before anything is opened', () => {
  const texts = { texts: ['a', 'b', 'c'], source: 'mine' };
  test.each([
    ['`to: auto`', { to: ['auto'] }],
    ['`texts`', { to: ['int8'], texts }],
    ['`calibration`', { to: ['int8'], calibration: texts }],
    ['`calibrationTable`', { to: ['int8'], calibrationTable: 'table' }],
    ['`bench`', { to: ['int8'], bench: true }],
    ['`maxSize`', { to: ['int8'], maxSize: 1000 }],
    ['`texts`, `bench`', { to: ['int8'], texts, bench: true }],
  ] as const)('%s', async (names, options) => {
    await expect(quantizeReranker('/nowhere', options)).rejects.toMatchObject({
      code: 'USAGE',
      details: { problem: `${names} is for models that make vectors, and this one scores pairs of texts` },
    });
  });

  test('what is said not to be done is none of them', async () => {
    const options = { to: ['int8'], calibration: false, bench: false } as const;
    await expect(quantizeReranker('/nowhere', options)).rejects.not.toMatchObject({ code: 'USAGE' });
  });
});
