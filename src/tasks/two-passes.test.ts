import { describe, expect, test } from 'vitest';
import { corpusOf } from '../../test/support/corpus.js';
import type { EmbedTexts, RetrievalTask } from './task.js';
import { evaluateTwoPasses } from './two-passes.js';

/** Five documents; "d4" is the answer to the query. */
const task: RetrievalTask = {
  ...{
    kind: 'retrieval',
    name: 'toy',
    queries: [
      { id: 'q', text: 'q' },
      { id: 'unjudged', text: 'x' },
    ],
  },
  corpus: corpusOf(Array.from({ length: 5 }, (_, i) => ({ id: `d${i}`, text: String(i) }))),
  judgements: new Map([['q', new Map([['d4', 1]])]]),
};

/** A model of angles: how far each document is from the query, at 0. */
const modelOf =
  (angles: readonly number[], seen: string[] = []): EmbedTexts =>
  async (texts) => {
    seen.push(...texts);
    const of = texts.map((text) => (text === 'q' ? 0 : angles[Number(text)]));
    return {
      data: Float32Array.from(of.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
      rows: texts.length,
      columns: 2,
    };
  };
const quick = modelOf([0.1, 0.2, 0.9, 0.8, 0.3]);

test('the careful model orders what the quick one found, and reads nothing else', async () => {
  const read: string[] = [];
  const careful = modelOf([0.5, 0.6, 0, 0, 0.1], read);
  const { metrics } = await evaluateTwoPasses(task, [quick, careful], 3, {});
  expect(metrics['ndcg@10']).toBe(1);
  expect(read).toEqual(['q', '0', '1', '4']);
});

test('what the quick model does not find is lost', async () => {
  const careful = modelOf([0.5, 0.6, 0, 0, 0.1]);
  const { metrics } = await evaluateTwoPasses(task, [quick, careful], 2, {});
  expect(metrics['recall@10']).toBe(0);
});

test('models of vectors of any length go together', async () => {
  const wide: EmbedTexts = async (texts) => ({
    data: Float32Array.from(texts.flatMap((text) => (text === 'q' || text === '4' ? [0, 0, 1] : [1, 0, 0]))),
    rows: texts.length,
    columns: 3,
  });
  expect((await evaluateTwoPasses(task, [quick, wide], 5, {})).metrics['mrr@10']).toBe(1);
});

describe('vectors of the careful model that are no numbers', () => {
  const broken =
    (isBroken: (text: string) => boolean): EmbedTexts =>
    async (texts) => ({
      data: Float32Array.from(texts.flatMap((text) => (isBroken(text) ? [Number.NaN, 1] : [1, Number(text) || 0]))),
      rows: texts.length,
      columns: 2,
    });

  test('find nothing: neither all of them, nor that of the query', async () => {
    for (const isBroken of [() => true, (text: string) => text === 'q']) {
      const { metrics } = await evaluateTwoPasses(task, [quick, broken(isBroken)], 5, {});
      expect([metrics['ndcg@10'], metrics['recall@10'], metrics['map@10']]).toEqual([0, 0, 0]);
    }
  });

  test('take no place from the others', async () => {
    const lost = await evaluateTwoPasses(task, [quick, broken((text) => text === '4')], 5, {});
    expect(lost.metrics['recall@10']).toBe(0);
    const found = await evaluateTwoPasses(task, [quick, broken((text) => text !== '4' && text !== 'q')], 5, {});
    expect(found.metrics['mrr@10']).toBe(1);
  });
});

test('a query that is a document does not find itself, where ids mean the same', async () => {
  const same = { ...task, judgements: new Map([['d0', new Map([['d4', 1]])]]), queries: [{ id: 'd0', text: 'q' }] };
  const careful = modelOf([0, 1, 1, 1, 0.5]);
  expect((await evaluateTwoPasses(same, [quick, careful], 5, {})).metrics['mrr@10']).toBe(0.5);
  const ignoring = { ...same, ignoreIdenticalIds: true };
  expect((await evaluateTwoPasses(ignoring, [quick, careful], 5, {})).metrics['mrr@10']).toBe(1);
});
