import { expect, test } from 'vitest';
import { runModel } from '../../test/support/run-model.js';
import { smallModel } from '../../test/support/small-model.js';
import { floatTensor, makeNode } from '../onnx/index.js';
import type { ChannelStatistics } from './calibration/calibration-memory.js';
import { smooth } from './smoothing.js';

const channels = 64;
const outputs = 32;

function wave(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7 + seed));
}

/** Two layers share the activation x; channel 5 reaches forty times as far as the others. */
function modelAndInput(outlier: number) {
  const model = smallModel({
    inputs: { x: `float[tokens,${channels}]` },
    outputs: { a: 'float', b: 'float' },
    nodes: [
      makeNode('MatMul', ['x', 'w'], ['a']),
      makeNode('Gemm', ['x', 'v', 'bias'], ['b'], { attributes: { transB: { int: 1 } } }),
    ],
    initializers: [
      floatTensor('w', [channels, outputs], wave(channels * outputs, 1)),
      floatTensor('v', [outputs, channels], wave(channels * outputs, 2)),
      floatTensor('bias', [outputs], wave(outputs, 3)),
    ],
  });
  const x = wave(3 * channels, 4).map((value, i) => (i % channels === 5 ? outlier * value : value));
  return { model, x };
}

function statisticsOf(x: Float32Array): ReadonlyMap<string, ChannelStatistics> {
  const rows = x.length / channels;
  const mean = new Float64Array(channels);
  const meanSquare = new Float64Array(channels);
  for (const [i, value] of x.entries()) {
    mean[i % channels] += value / rows;
    meanSquare[i % channels] += value ** 2 / rows;
  }
  // Each row stands for a text of one token.
  const of = (pick: (...values: number[]) => number): Float32Array =>
    Float32Array.from({ length: channels }, (_, j) => pick(...x.filter((_, i) => i % channels === j)));
  const [least, greatest] = [of(Math.min), of(Math.max)];
  return new Map([['x', { channels, least, greatest, minima: x, maxima: x, mean, meanSquare }]]);
}

test('an outlier channel is scaled down, and in FP32 nothing changes', async () => {
  const { model, x } = modelAndInput(40);
  const smoothed = smooth(model, statisticsOf(x));
  expect(smoothed.choices).toHaveLength(1);
  expect(smoothed.choices[0].channels).toBeGreaterThan(0);
  expect(smoothed.choices[0].errorShare).toBeLessThan(0.5);
  const feeds = { x: { type: 'float32', dims: [3, channels], data: x } } as const;
  const [before, after] = [await runModel(model, feeds), await runModel(smoothed.model, feeds)];
  for (const name of ['a', 'b']) {
    for (let i = 0; i < 3 * outputs; i++) {
      expect(Number(after[name].data[i])).toBeCloseTo(Number(before[name].data[i]), 3);
    }
  }
});

test('the statistics that are given back are those of the divided activation', () => {
  const { model, x } = modelAndInput(40);
  const { statistics } = smooth(model, statisticsOf(x));
  const [divided] = [...statistics.keys()].filter((name) => name !== 'x');
  const seen = statistics.get(divided);
  expect(Math.max(...(seen?.maxima ?? []))).toBeLessThan(10);
});

test('an activation without outliers is left alone', () => {
  const { model, x } = modelAndInput(1);
  const { choices, model: same } = smooth(model, statisticsOf(x));
  expect(choices[0]).toMatchObject({ channels: 0, errorShare: 1 });
  expect(same.proto.graph.node).toHaveLength(2);
});
