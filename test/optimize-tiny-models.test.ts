import { beforeAll, describe, expect, test } from 'vitest';
import { recogniseEncoder } from '#rooms/encoder';
import { linearLayers } from '../src/encoder/index.js';
import { encodeModel, isOp, type OnnxModel, parseModel, readModel } from '../src/onnx/index.js';
import { optimize } from '../src/passes/index.js';
import { dynamicInt8, fp16 } from '../src/quantize/index.js';
import { asRun } from './support/as-run.js';
import { int64, largestDifference, runModel } from './support/run-model.js';
import { operators } from './support/small-model.js';
import { tinyModelPaths } from './support/tiny-model-paths.js';

/** Batches with every token used: what stands at padded positions is nobody's business. */
const feedsOf = (batch: number, tokens: number) => {
  const dims = [batch, tokens];
  const count = batch * tokens;
  return {
    input_ids: int64(
      dims,
      Array.from({ length: count }, (_, i) => 5 + ((i * 37) % 400)),
    ),
    attention_mask: int64(dims, new Array(count).fill(1)),
  };
};

describe.each(tinyModelPaths())('%s', (path) => {
  let source: OnnxModel;
  let optimized: OnnxModel;
  beforeAll(async () => {
    source = await readModel(path);
    optimized = optimize(source);
  });

  test('optimized gives the same, and twice is once', async () => {
    expect(
      Buffer.concat(encodeModel(optimize(optimized).proto)).equals(Buffer.concat(encodeModel(optimized.proto))),
    ).toBe(true);
    for (const [batch, tokens] of [
      [1, 16],
      [3, 7],
      [2, 1],
    ]) {
      const feeds = feedsOf(batch, tokens);
      const [before, after] = [await runModel(source, feeds), await runModel(optimized, feeds)];
      for (const [name, { dims, data }] of Object.entries(before)) {
        expect(after[name].dims).toEqual(dims);
        expect(largestDifference(after[name].data, data)).toBeLessThan(1e-5);
      }
    }
  });

  test('optimized runs without operators that are slow, and with the fast ones', async () => {
    expect(operators(optimized).filter((op) => ['Dropout', 'Identity', 'Reciprocal'].includes(op))).toEqual([]);
    const run = operators(await asRun(optimized));
    expect(run).not.toContain('SkipLayerNormalization');
    const norms = run.filter((op) => op === 'LayerNormalization' || op === 'SimplifiedLayerNormalization');
    expect(norms.length).toBeGreaterThanOrEqual(5);
    expect(run).not.toContain('Sqrt');
  });

  test('optimized is recognised by the native engine as before', () => {
    const kindOf = (model: OnnxModel): unknown => {
      const found = recogniseEncoder(model, { padTokenId: 0 });
      if ('reason' in found) {
        return found.reason;
      }
      const { hidden, heads, ffn, activation, preNorm, layers } = found.encoder;
      return { hidden, heads, ffn, activation, preNorm, layers: layers.length };
    };
    expect(kindOf(optimized)).toEqual(kindOf(source));
  });

  test('optimized can be quantized as before', async () => {
    expect(linearLayers(optimized)).toHaveLength(linearLayers(optimize(source, { without: ['shapes'] })).length);
    for (const made of [dynamicInt8(optimized), fp16(optimized).model]) {
      const feeds = feedsOf(2, 5);
      const [exact] = Object.values(await runModel(optimized, feeds));
      const [found] = Object.values(
        await runModel(parseModel(Buffer.concat(encodeModel(made.proto)), 'made.onnx'), feeds),
      );
      expect(largestDifference(found.data, exact.data)).toBeLessThan(0.35);
    }
    expect(dynamicInt8(optimized).proto.graph.node.some((node) => isOp(node, 'MatMulInteger'))).toBe(true);
  });
});
