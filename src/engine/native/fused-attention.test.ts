import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { largestDifference } from '../../../test/support/run-model.js';
import { loadBinding } from '../../native/index.js';
import { tryNativeEngine } from './native-engine.js';

/** MultiHeadAttention with a mask of its own, RotaryEmbedding, norms of queries and keys, windows: see its folder. */
const onnxPath = fileURLToPath(new URL('../../../test/fixtures/fused/gemma-embedder.onnx', import.meta.url));
const files = {
  onnxPath,
  padTokenId: 0,
  head: { pooling: ['mean' as const], includePrompt: true, dense: [], normalize: true },
  output: 'last_hidden_state',
  ...{ tokenizerPath: '', maxTokens: 128, lowerCase: false, prompts: {} },
};

describe.skipIf('reason' in loadBinding())('an embedder with attention as one operator', () => {
  test('gives natively what it gives in ONNX Runtime, within and beyond its window', async () => {
    const loaded = await tryNativeEngine(files, { workers: 1, threads: 1, precision: 'fp32' });
    expect('reason' in loaded ? loaded.reason : '').toBe('');
    const { engine } = loaded as Extract<typeof loaded, { engine: unknown }>;
    await using _ = engine;
    const session = await InferenceSession.create(onnxPath, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    for (const tokens of [1, 7, 30]) {
      const ids = Int32Array.from({ length: tokens }, (__, i) => 5 + ((i * 37) % 120));
      const found = await engine.hiddenStates({ ids, offsets: Int32Array.of(0, tokens) });
      const feed = (values: Int32Array) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, tokens]);
      const feeds = { input_ids: feed(ids), attention_mask: feed(new Int32Array(tokens).fill(1)) };
      const { last_hidden_state: expected } = await session.run(feeds, ['last_hidden_state']);
      expect(largestDifference(found, expected.data as Float32Array)).toBeLessThan(1e-5);
    }
    await session.release();
  });
});
