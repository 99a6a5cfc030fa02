import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dequantizeBlocks } from '../../test/support/dequantize-blocks.js';
import { quantizeBlocks } from './block-matrix.js';
import { inverseFactor } from './cholesky.js';
import { gptq, gptqFactor } from './gptq.js';

/** Numbers that look random and are the same every time. */
function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (Math.sin((i + 1) * 78.233 + seed * 37.719) * 43758.5453) % 1);
}

describe('inverseFactor', () => {
  test('is upper triangular with A⁻¹ = Uᵀ U', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 0, max: 1000 }), (size, seed) => {
        const b = noise(size * size, seed);
        const a = new Float64Array(size * size);
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            a[i * size + j] = i === j ? 1 : 0;
            for (let k = 0; k < size; k++) {
              a[i * size + j] += b[i * size + k] * b[j * size + k];
            }
          }
        }
        const u = inverseFactor(a.slice(), size);
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            if (j < i) {
              expect(u[i * size + j]).toBe(0);
            }
            let product = 0;
            for (let k = 0; k < size; k++) {
              for (let l = 0; l < size; l++) {
                product += a[i * size + k] * u[l * size + k] * u[l * size + j];
              }
            }
            expect(product).toBeCloseTo(i === j ? 1 : 0, 3);
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('gptq', () => {
  const inputs = 64;
  const outputs = 16;
  const tokens = 256;
  const scheme = { bits: 4, blockSize: 32, symmetric: false, clipping: 'mse' } as const;
  const weight = noise(outputs * inputs, 1);
  // Inputs that depend on each other, as activations do: that is what GPTQ makes use of.
  const raw = noise(tokens * inputs, 2);
  const x = raw.map((value, i) => value + 2 * raw[Math.floor(i / inputs) * inputs] + (i % inputs > 0 ? raw[i - 1] : 0));
  const gram = new Float32Array(inputs * inputs);
  for (let t = 0; t < tokens; t++) {
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < inputs; j++) {
        gram[i * inputs + j] += x[t * inputs + i] * x[t * inputs + j];
      }
    }
  }

  /** Σ over tokens and outputs of (x Ŵ − x W)². */
  function outputError(candidate: Float32Array): number {
    let error = 0;
    for (let t = 0; t < tokens; t++) {
      for (let o = 0; o < outputs; o++) {
        let difference = 0;
        for (let i = 0; i < inputs; i++) {
          difference += x[t * inputs + i] * (candidate[o * inputs + i] - weight[o * inputs + i]);
        }
        error += difference ** 2;
      }
    }
    return error;
  }

  test('leaves a clearly smaller error of the outputs than rounding each block by itself', () => {
    const rounded = outputError(dequantizeBlocks(quantizeBlocks(weight, outputs, inputs, scheme)));
    const compensated = outputError(dequantizeBlocks(gptq(weight, outputs, inputs, gptqFactor(gram, inputs), scheme)));
    expect(compensated).toBeLessThan(0.7 * rounded);
  });

  test('does not change the weights it is given, and copes with inputs that never occur', () => {
    const before = weight.slice();
    const silent = new Float32Array(inputs * inputs);
    const matrix = gptq(weight, outputs, inputs, gptqFactor(silent, inputs), scheme);
    expect(weight).toEqual(before);
    expect(matrix.scales.every(Number.isFinite)).toBe(true);
  });
});
