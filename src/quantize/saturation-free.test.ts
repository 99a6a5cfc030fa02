import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../test/support/random-matrix.js';
import { float32, runModel } from '../../test/support/run-model.js';
import { floats, smallModel } from '../../test/support/small-model.js';
import { transposeMatrix } from '../encoder/index.js';
import { makeNode } from '../onnx/index.js';
import { dynamicInt8 } from './dynamic-int8.js';
import { quantizeSaturationFree } from './saturation-free.js';
import { type QuantizedMatrix, quantizeRows } from './symmetric.js';

const magnitudes = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 100), max: 2 ** 100 });
const matrices = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 })).chain(([inputs, outputs]) => {
  const length = inputs * outputs;
  return fc.record({
    inputs: fc.constant(inputs),
    outputs: fc.constant(outputs),
    weights: fc.array(magnitudes, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values)),
    importance: fc.option(
      fc
        .array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: inputs, maxLength: inputs })
        .map((values) => Float64Array.from(values)),
      { nil: undefined },
    ),
  });
});

/** The largest sum in 16 bits that activations of 255 could make of two neighbours. */
function largestSum({ values }: QuantizedMatrix, inputs: number, outputs: number): number {
  let largest = 0;
  for (let input = 0; input + 1 < inputs; input += 2) {
    for (let n = 0; n < outputs; n++) {
      const pair = [values[input * outputs + n], values[(input + 1) * outputs + n]];
      for (const sign of [1, -1]) {
        const sum = pair.reduce((total, code) => total + 255 * Math.max(sign * code, 0), 0);
        largest = Math.max(largest, sum);
      }
    }
  }
  return largest;
}

function errorOf({ values, scales }: QuantizedMatrix, weights: Float32Array, importance: ArrayLike<number>): number {
  return weights.reduce((sum, weight, i) => {
    const difference = weight - values[i] * scales[i % scales.length];
    return sum + importance[Math.floor(i / scales.length)] * difference ** 2;
  }, 0);
}

describe('quantizeSaturationFree', () => {
  test('two neighbouring products fit into 16 bits, whatever the weights and activations', () => {
    fc.assert(
      fc.property(matrices, ({ weights, inputs, outputs, importance }) => {
        const made = quantizeSaturationFree(weights, inputs, outputs, importance);
        expect(largestSum(made, inputs, outputs)).toBeLessThan(2 ** 15);
        expect(made.values.every((code) => code >= -127)).toBe(true);
        expect(made.scales.every((scale) => scale > 0 && Number.isFinite(scale))).toBe(true);
      }),
    );
  });

  test('without importance every weight keeps its value to a step', () => {
    fc.assert(
      fc.property(matrices, ({ weights, inputs, outputs }) => {
        const { values, scales } = quantizeSaturationFree(weights, inputs, outputs);
        for (const [i, weight] of weights.entries()) {
          const scale = scales[i % outputs];
          // Half a step by rounding, and one more where two halves were rounded up.
          expect(Math.abs(values[i] * scale - weight)).toBeLessThanOrEqual(scale * 1.0001);
        }
      }),
    );
  });

  test('is plain symmetric quantization where no pair is too large', () => {
    const [inputs, outputs] = [40, 6];
    // Every other weight is small.
    const weights = randomMatrix(inputs, outputs, 3).data.map((value, i) =>
      Math.floor(i / outputs) % 2 === 0 ? value : value * 1e-4,
    );
    const rows = quantizeRows(transposeMatrix(weights, inputs, outputs), outputs, inputs);
    const made = quantizeSaturationFree(weights, inputs, outputs);
    expect([...made.scales]).toEqual([...rows.scales]);
    expect([...made.values]).toEqual([...transposeMatrix(Float32Array.from(rows.values), outputs, inputs)]);
  });

  test('takes the code with the least error for a pair that has to give way', () => {
    // One pair is too large, forty single weights ask for a fine scale.
    const weights = Float32Array.of(1, 0.8, ...Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.301 : -0.303)));
    for (const importance of [
      [1, 1],
      [9, 1],
      [1, 9],
    ]) {
      const all = Float64Array.from(weights, (_, i) => importance[i] ?? 50);
      const made = quantizeSaturationFree(weights, weights.length, 1, all);
      const least = errorOf(made, weights, all);
      for (let code = 1; code <= 127; code++) {
        const other = Int8Array.from(made.values);
        other[0] = code;
        other[1] = Math.min(128 - code, 127);
        expect(errorOf({ ...made, values: other }, weights, all)).toBeGreaterThanOrEqual(least - 1e-12);
      }
    }
  });

  test('an outlier that meets small inputs is clipped for the others, and never makes it worse', () => {
    const [inputs, outputs] = [64, 4];
    const weights = randomMatrix(inputs, outputs, 5).data;
    weights[0] = 20;
    const importance = new Float64Array(inputs).fill(1);
    importance[0] = 1e-6;
    const plain = quantizeSaturationFree(weights, inputs, outputs);
    const clipped = quantizeSaturationFree(weights, inputs, outputs, importance);
    expect(clipped.scales[0]).toBeLessThan(plain.scales[0]);
    expect(errorOf(clipped, weights, importance)).toBeLessThan(errorOf(plain, weights, importance) / 2);
  });

  test('an outlier that matters stays', () => {
    const [inputs, outputs] = [64, 4];
    const weights = randomMatrix(inputs, outputs, 5).data;
    weights[0] = 20;
    const importance = new Float64Array(inputs).fill(1);
    importance[0] = 1e6;
    const { values, scales } = quantizeSaturationFree(weights, inputs, outputs, importance);
    expect(values[0] * scales[0]).toBeCloseTo(20, 1);
  });

  test('ONNX Runtime on this processor gives the exact sums for the worst of all inputs', async () => {
    const [inputs, outputs] = [96, 80];
    // All of one sign, and activations of 0 and 255 only: nothing averages out.
    const weights = randomMatrix(inputs, outputs, 9).data.map((value, i) => (i % 3 === 0 ? 1 : 0.7) + value / 10);
    const { values, scales } = quantizeSaturationFree(weights, inputs, outputs);
    const model = smallModel({
      inputs: { x: `float[n,${inputs}]` },
      outputs: { y: 'float' },
      nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
      initializers: [floats('w', [inputs, outputs], [...weights])],
    });
    const made = dynamicInt8(model);
    // Kernels differ by the number of rows: one, a few, tiles.
    for (const rows of [1, 2, 5, 33]) {
      const x = Float32Array.from({ length: rows * inputs }, (_, i) => (i % (inputs + 7) === 0 ? 0 : 1));
      const { data } = (await runModel(made, { x: float32([rows, inputs], x) })).y;
      for (let i = 0; i < data.length; i++) {
        const n = i % outputs;
        let sum = 0;
        for (let k = 0; k < inputs; k++) {
          sum += x[Math.floor(i / outputs) * inputs + k] * values[k * outputs + n];
        }
        expect(Number(data[i]) / (sum * scales[n])).toBeCloseTo(1, 5);
      }
    }
  });
});
