import { describe, expect, test } from 'vitest';
import { runModel } from '../../test/support/run-model.js';
import { smallModel } from '../../test/support/small-model.js';
import type { ChannelStatistics } from '../calibration/index.js';
import { type LinearLayer, linearLayers } from '../encoder/index.js';
import { dataType, floatTensor, makeNode, type OnnxModel } from '../onnx/index.js';
import { dynamicInt8 } from './dynamic-int8.js';
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

function statisticsOf(x: Float32Array, names: readonly string[] = ['x']): ReadonlyMap<string, ChannelStatistics> {
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
  return new Map(names.map((name) => [name, { channels, least, greatest, minima: x, maxima: x, mean, meanSquare }]));
}

function large(model: OnnxModel, type: number): number {
  return model.proto.graph.initializer.filter(({ dataType: own, dims }) => own === type && dims.length === 2).length;
}

test('an outlier channel is scaled down, and in FP32 nothing changes', async () => {
  const { model, x } = modelAndInput(40);
  const smoothed = smooth(model, statisticsOf(x), linearLayers(model));
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
  const { statistics } = smooth(model, statisticsOf(x), linearLayers(model));
  const [divided] = [...statistics.keys()].filter((name) => name !== 'x');
  const seen = statistics.get(divided);
  expect(Math.max(...(seen?.maxima ?? []))).toBeLessThan(10);
});

test('an activation without outliers is left alone', () => {
  const { model, x } = modelAndInput(1);
  const { choices, model: same } = smooth(model, statisticsOf(x), linearLayers(model));
  expect(choices[0]).toMatchObject({ channels: 0, errorShare: 1 });
  expect(same.proto.graph.node).toHaveLength(2);
});

test('a layer that is not to be quantized keeps activation and weight', () => {
  const { model, x } = modelAndInput(40);
  const [first, second] = linearLayers(model);
  const { model: smoothed, choices } = smooth(model, statisticsOf(x), [first]);
  expect(choices).toMatchObject([{ activation: 'x' }]);
  expect(smoothed.proto.graph.node).toContainEqual(second.node);
  expect(
    linearLayers(smoothed)
      .map(({ activation }) => activation)
      .sort(),
  ).toEqual(['x', 'x_smoothed']);
  expect(smooth(model, statisticsOf(x), []).model.proto.graph.node).toHaveLength(2);
});

describe('weights that layers share, as in ALBERT', () => {
  /** Each time the same weight and bias, on another activation. */
  const depth = 4;
  function sharingModel() {
    const steps = Array.from({ length: depth }, (_, i) => i);
    const model = smallModel({
      inputs: { x0: `float[tokens,${channels}]` },
      outputs: { [`x${depth}`]: 'float' },
      nodes: steps.flatMap((i) => [
        makeNode('MatMul', [`x${i}`, 'w'], [`h${i}`]),
        makeNode('Add', [`h${i}`, 'bias'], [`y${i}`]),
        makeNode('Tanh', [`y${i}`], [`t${i}`]),
        makeNode('Mul', [`t${i}`, 'reach'], [`x${i + 1}`]),
      ]),
      initializers: [
        floatTensor('w', [channels, channels], wave(channels * channels, 1)),
        floatTensor('bias', [channels], wave(channels, 3)),
        floatTensor('reach', [channels], new Float32Array(channels).fill(1).fill(40, 5, 6)),
      ],
    });
    const { x } = modelAndInput(40);
    return {
      model,
      x,
      statistics: statisticsOf(
        x,
        steps.map((i) => `x${i}`),
      ),
    };
  }

  test('stay shared, and all their activations are divided alike', async () => {
    const { model, x, statistics } = sharingModel();
    const smoothed = smooth(model, statistics, linearLayers(model));
    expect(smoothed.choices.map(({ channels: count }) => count > 0)).toEqual(new Array(depth).fill(true));
    const layers = linearLayers(smoothed.model);
    expect(new Set(layers.map(({ weight }: LinearLayer) => weight.name))).toEqual(new Set(['w_smoothed']));
    expect(new Set(layers.map(({ activation }: LinearLayer) => activation)).size).toBe(depth);
    const feeds = { x0: { type: 'float32', dims: [3, channels], data: x } } as const;
    const [before, after] = [await runModel(model, feeds), await runModel(smoothed.model, feeds)];
    const output = `x${depth}`;
    for (let i = 0; i < 3 * channels; i++) {
      expect(Math.abs(Number(after[output].data[i]) - Number(before[output].data[i]))).toBeLessThan(0.05);
    }
  });

  test('are quantized once, and the bias behind each of them is corrected', () => {
    const { model, statistics } = sharingModel();
    const smoothed = smooth(model, statistics, linearLayers(model));
    const made = dynamicInt8(smoothed.model, { statistics: smoothed.statistics });
    expect([large(made, dataType.int8), large(made, dataType.float)]).toEqual([1, 0]);
    const biases = made.proto.graph.node.filter(({ opType }) => opType === 'Add').map(({ input }) => input[1]);
    expect(new Set(biases).size).toBe(depth);
    expect(biases.every((name) => name.startsWith('bias_corrected'))).toBe(true);
  });
});
