import { describe, expect, test } from 'vitest';
import { loadOnnxRuntimeEngine } from '#rooms/engine';
import { tinyModels } from './support/tiny-models.js';

describe.each(tinyModels())('$name', ({ onnxPath, padTokenId, head, batch, hiddenStates }) => {
  test('gives the hidden states that transformers gives', async () => {
    const engine = await loadOnnxRuntimeEngine({ onnxPath, padTokenId, head }, { threads: 1 });
    try {
      const found = await engine.hiddenStates(batch);
      expect(found.length).toBe(hiddenStates.length);
      const worst = found.reduce((max, value, i) => Math.max(max, Math.abs(value - hiddenStates[i])), 0);
      expect(worst).toBeLessThan(1e-4);
    } finally {
      await engine.close();
    }
  });
});
