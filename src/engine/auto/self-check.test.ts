import { describe, expect, test } from 'vitest';
import { leastCosine, sampleBatch } from './self-check.js';

describe('the texts of the self-check', () => {
  test('have several lengths, as far as the model reads', () => {
    expect(Array.from(sampleBatch(100, 512).offsets)).toEqual([0, 3, 12, 29, 77]);
    expect(Array.from(sampleBatch(100, 10).offsets)).toEqual([0, 3, 12, 22, 32]);
    expect(Array.from(sampleBatch(100, 1).offsets)).toEqual([0, 1, 2, 3, 4]);
  });

  test('are the same each time, and of tokens that the vocabulary has', () => {
    const { ids } = sampleBatch(7, 512);
    expect(sampleBatch(7, 512).ids).toEqual(ids);
    expect(ids.every((id) => id >= 0 && id < 7)).toBe(true);
    expect(new Set(ids).size).toBe(7);
    expect(sampleBatch(1, 512).ids.every((id) => id === 0)).toBe(true);
  });
});

describe('the lowest cosine', () => {
  test.each([
    [[1, 0, 0, 1], [2, 0, 0, 3], 1],
    [[1, 0, 0, 1], [1, 0, 1, 0], 0],
    [[1, 0, 1, 0], [1, 0, -1, 0], -1],
    [[3, 4], [4, 3], 0.96],
    [[1, 0, Number.NaN, 1], [1, 0, 0, 1], 0],
    [[1, 0], [Number.POSITIVE_INFINITY, 0], 0],
    [[], [], 1],
  ])('of %j and %j is %d', (a, b, expected) => {
    expect(leastCosine(Float32Array.from(a), Float32Array.from(b), 2)).toBeCloseTo(expected, 6);
  });
});
