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
