import { expect, test } from 'vitest';
import type { Embedder, Vectors } from '../embed/index.js';
import { measureBatchEffect } from './batch-effect.js';

/** An embedder whose vectors of single texts lie at an angle to those in batches. */
function embedderAt(angle: number): Pick<Embedder, 'embed'> {
  return {
    embed: async () => ({ data: Float32Array.of(Math.cos(angle), Math.sin(angle)), rows: 1, columns: 2 }) as Vectors,
  };
}

const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`);
const batched = { data: Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1 : 0)), rows: 100, columns: 2 };

test('says how far alone and in a batch differ', async () => {
  const same = await measureBatchEffect(embedderAt(0), texts, batched);
  expect(same).toEqual({ texts: 32, cosine: { mean: 1, min: 1 } });
  const other = await measureBatchEffect(embedderAt(0.2), texts, batched);
  expect(other.cosine.min).toBeCloseTo(Math.cos(0.2), 6);
});

test('can be cancelled', async () => {
  const promise = measureBatchEffect(embedderAt(0), texts, batched, AbortSignal.abort());
  await expect(promise).rejects.toMatchObject({ code: 'CANCELLED' });
});
