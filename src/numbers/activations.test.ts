import { describe, expect, test } from 'vitest';
import { activations, erf, sigmoid } from './activations.js';

describe('the error function', () => {
  // Abramowitz and Stegun, table 7.1
  test.each([
    [0, 0],
    [0.1, 0.112462916],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [1.5, 0.9661051465],
    [2, 0.995322265],
    [3, 0.9999779095],
  ])('of %d is %d', (x, expected) => {
    expect(erf(x)).toBeCloseTo(expected, 9);
    expect(erf(-x)).toBeCloseTo(-expected, 9);
  });

  test('grows from -1 to 1 without a jump where the series ends', () => {
    let before = -1;
    for (let x = -6; x <= 6; x += 0.01) {
      const value = erf(x);
      expect(value).toBeGreaterThanOrEqual(before - 1e-12);
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
      before = value;
    }
    expect(erf(4.0000001) - erf(4)).toBeLessThan(2e-8);
  });

  test('of what is no number is none, and of infinities ±1', () => {
    expect(erf(Number.NaN)).toBeNaN();
    expect([erf(Number.POSITIVE_INFINITY), erf(Number.NEGATIVE_INFINITY)]).toEqual([1, -1]);
  });
});

test('sigmoid does not overflow', () => {
  expect([sigmoid(0), sigmoid(1000), sigmoid(-1000)]).toEqual([0.5, 1, 0]);
  expect(sigmoid(2)).toBeCloseTo(0.880797078, 9);
});

// torch.nn.functional of PyTorch 2
test.each([
  ['gelu', [-3, -1, 0, 1, 3], [-0.00404969, -0.15865525, 0, 0.84134475, 2.99595031]],
  ['geluTanh', [-3, -1, 0, 1, 3], [-0.00363739, -0.15880801, 0, 0.84119199, 2.99636261]],
  ['relu', [-3, -1, 0, 1, 3], [0, 0, 0, 1, 3]],
  ['silu', [-3, -1, 0, 1, 3], [-0.14227762, -0.26894143, 0, 0.73105858, 2.85772238]],
] as const)('%s gives what PyTorch gives', (name, inputs, outputs) => {
  for (const [i, x] of inputs.entries()) {
    expect(activations[name](x)).toBeCloseTo(outputs[i], 7);
  }
});
