import { describe, expect, test } from 'vitest';
import { alibiSlopes, relativeTable } from './distance-bias.js';

describe('alibiSlopes', () => {
  test('are powers of one base for a power of two', () => {
    expect([...alibiSlopes(8)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((power) => 2 ** -power));
  });

  test('take every second one of the next power of two for the rest', () => {
    const slopes = [...alibiSlopes(12)];
    expect(slopes.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((power) => 2 ** -power));
    expect(slopes.slice(8)).toEqual([0.5, 1.5, 2.5, 3.5].map((power) => Math.fround(2 ** -power)));
  });
});

test('relativeTable has a bucket for each near distance, shares those of far ones, and tells both sides apart', () => {
  const buckets = Float32Array.from({ length: 32 }, (_, i) => i);
  const tokens = 200;
  const at = (distance: number) => relativeTable(buckets, 32, 1, tokens)[distance + tokens - 1];
  expect([0, -1, -7, 1, 7].map(at)).toEqual([0, 1, 7, 17, 23]);
  // As transformers has them: 8 + ⌊ln(d / 8) / ln(16) · 8⌋
  expect([-8, -11, -12, -16, -23, -32, -64, -127, -128, -199].map(at)).toEqual([8, 8, 9, 10, 11, 12, 14, 15, 15, 15]);
});

test('slopes of any number of heads fall, but for those that were taken from the next power', () => {
  for (let heads = 1; heads <= 64; heads++) {
    const slopes = [...alibiSlopes(heads)];
    expect(slopes).toHaveLength(heads);
    expect(new Set(slopes).size).toBe(heads);
    expect(slopes.every((slope) => slope > 0 && slope < 1)).toBe(true);
    const power = 2 ** Math.floor(Math.log2(heads));
    expect(slopes.slice(0, power)).toEqual([...alibiSlopes(power)]);
  }
});

describe('relative positions', () => {
  const identity = (buckets: number, heads = 1) => Float32Array.from({ length: buckets * heads }, (_, i) => i);

  test('have a row for every distance, and every head its own column', () => {
    const table = relativeTable(identity(8, 3), 8, 3, 2);
    // Distances -1, 0, 1: buckets 1, 0 and 4 + 1.
    expect([...table]).toEqual([3, 4, 5, 0, 1, 2, 15, 16, 17]);
    expect([...relativeTable(identity(8), 8, 1, 1)]).toEqual([0]);
  });

  test('never leave their half, nor fall with distance', () => {
    for (const buckets of [4, 8, 32, 33, 64]) {
      const tokens = 600;
      const table = [...relativeTable(identity(buckets), buckets, 1, tokens)];
      const half = Math.floor(buckets / 2);
      const before = table.slice(0, tokens).reverse();
      const behind = table.slice(tokens);
      expect(before.every((bucket, i) => i === 0 || bucket >= before[i - 1])).toBe(true);
      expect(behind.every((bucket, i) => bucket === before[i + 1] + half)).toBe(true);
      expect(before.at(-1)).toBe(half - 1);
      expect(table.some((value) => Number.isNaN(value))).toBe(false);
    }
  });
});
