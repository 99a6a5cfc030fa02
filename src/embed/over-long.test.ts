import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { truncated, windows } from './over-long.js';

const frame = { before: [901], behind: [902] };
const framed = (content: readonly number[]) => [...frame.before, ...content, ...frame.behind];
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe('truncated', () => {
  test('keeps the beginning and the special tokens', () => {
    expect(truncated(framed([1, 2, 3, 4]), frame, 4)).toEqual([901, 1, 2, 902]);
    expect(truncated([1, 2, 3], { before: [], behind: [] }, 2)).toEqual([1, 2]);
    expect(truncated(framed([1, 2, 3]), frame, 2)).toEqual([901, 902]);
  });

  test('keeps the end where the left is cut off', () => {
    expect(truncated(framed([1, 2, 3, 4]), frame, 4, 'left')).toEqual([901, 3, 4, 902]);
    expect(truncated([1, 2, 3], { before: [], behind: [] }, 2, 'left')).toEqual([2, 3]);
    expect(truncated(framed([1, 2, 3]), frame, 2, 'left')).toEqual([901, 902]);
    expect(truncated(framed([1, 2, 3]), { before: [901], behind: [902] }, 5, 'left')).toEqual(framed([1, 2, 3]));
  });
});

describe('windows', () => {
  test('overlap and reach the end', () => {
    expect(windows(framed(numbers(10)), frame, [], 6, 1)).toEqual([
      framed([0, 1, 2, 3]),
      framed([3, 4, 5, 6]),
      framed([6, 7, 8, 9]),
    ]);
  });

  test('repeat the prompt', () => {
    expect(windows(framed([7, 8, 0, 1, 2, 3]), frame, [7, 8], 6, 0)).toEqual([
      framed([7, 8, 0, 1]),
      framed([7, 8, 2, 3]),
    ]);
  });

  test('leave a prompt that melts into the text where it is', () => {
    expect(windows(framed([9, 0, 1, 2]), frame, [7, 8], 4, 0)).toEqual([framed([9, 0]), framed([1, 2])]);
  });

  test('hold every token, none longer than allowed, and go on even if hardly anything fits', () => {
    const inputs = fc.record({
      tokens: fc.integer({ min: 1, max: 200 }),
      maxTokens: fc.integer({ min: 1, max: 40 }),
      overlap: fc.integer({ min: 0, max: 50 }),
      prompt: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(inputs, ({ tokens, maxTokens, overlap, prompt }) => {
        const promptIds = numbers(prompt, 1000);
        const content = numbers(tokens);
        const result = windows(framed([...promptIds, ...content]), frame, promptIds, maxTokens, overlap);
        expect(new Set(result.flat().filter((id) => id < 900))).toEqual(new Set(content.filter((id) => id < 900)));
        const smallest = prompt + 3;
        expect(Math.max(...result.map((row) => row.length))).toBeLessThanOrEqual(Math.max(maxTokens, smallest));
        expect(result.length).toBeLessThanOrEqual(tokens + 1);
      }),
    );
  });
});
