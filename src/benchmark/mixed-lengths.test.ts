import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mixedLengths } from './workload.js';

describe.each([64, 256])('lengths of %i texts', (count) => {
  const lengths = mixedLengths(count, 256);
  const half = (part: readonly number[]) => part.reduce((sum, tokens) => sum + tokens, 0) / part.length;

  test('stand in no order: neighbours rise about as often as they fall', () => {
    const rises = lengths.filter((tokens, i) => i > 0 && tokens > lengths[i - 1]).length;
    expect(rises).toBeGreaterThan(0.25 * count);
    expect(rises).toBeLessThan(0.75 * count);
  });

  test('are alike in both halves: no part of the work is the hard one', () => {
    const [first, second] = [half(lengths.slice(0, count / 2)), half(lengths.slice(count / 2))];
    expect(first / second).toBeGreaterThan(0.8);
    expect(first / second).toBeLessThan(1.25);
  });

  test('go from 8 tokens to nearly the longest, half of them short', () => {
    const sorted = lengths.toSorted((a, b) => a - b);
    expect(sorted[0]).toBe(8);
    expect(sorted[count - 1]).toBeGreaterThan(0.9 * 256);
    expect(sorted[count / 2]).toBeLessThan(64);
  });
});

test('never longer than the longest, never shorter than the shortest, whatever is asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 9000 }), (count, longest) => {
      const lengths = mixedLengths(count, longest);
      expect(lengths).toHaveLength(count);
      expect(lengths.every((tokens) => tokens >= Math.min(8, longest) && tokens <= longest)).toBe(true);
    }),
  );
});
