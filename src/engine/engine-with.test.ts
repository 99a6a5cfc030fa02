import { expect, test } from 'vitest';
import type { Engine, TokenBatch } from './engine.js';
import { engineWith } from './engine-with.js';

test('what is not replaced is done by the engine, which is closed with it', async () => {
  const told: string[] = [];
  const engine = {
    ...{ description: { name: 'onnxruntime' }, width: 2, maxTokens: 8 },
    embed: async () => told.push('embed'),
    hiddenStates: async () => told.push('hidden'),
    close: async () => void told.push('close'),
  } as unknown as Engine;
  const changed = engineWith(engine, { embed: async () => Float32Array.of(1) });
  const batch: TokenBatch = { ids: new Int32Array(), offsets: Int32Array.of(0) };
  expect(await changed.embed(batch)).toEqual(Float32Array.of(1));
  await changed.hiddenStates(batch);
  await changed[Symbol.asyncDispose]();
  expect(told).toEqual(['hidden', 'close']);
  expect([changed.width, changed.maxTokens, changed.description]).toEqual([2, 8, engine.description]);
});
