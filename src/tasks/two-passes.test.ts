import { expect, test } from 'vitest';
import { corpusOf, type EmbedTexts, type RetrievalTask } from './task.js';
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
