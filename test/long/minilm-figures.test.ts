import { Embedder } from 'octavec';
import { expect, test } from 'vitest';
import { evaluateTask, readTask, taskEmbedder } from '#rooms/tasks';
import { embeddedModel } from '../support/golden-texts.js';

/** What sentence-transformers' own run of all-MiniLM-L6-v2 gives on the same data: mean pooling, cosine, 256 tokens. */
const expected = { 'ndcg@10': 0.8029, 'recall@10': 0.892, 'recall@100': 0.99, 'mrr@10': 0.7819 };

test('all-MiniLM-L6-v2 reaches on scifact-mini what it is known to reach', async () => {
  await using embedder = await Embedder.load(embeddedModel);
  const { metrics } = await evaluateTask(await readTask('scifact-mini'), taskEmbedder(embedder));
  for (const [metric, figure] of Object.entries(expected)) {
    expect([metric, Math.abs(metrics[metric] - figure) <= 0.0005]).toEqual([metric, true]);
  }
});
