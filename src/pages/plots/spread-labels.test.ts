import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadLabels } from './spread-labels.js';

test('labels that have room stand where they like to', () => {
  const labels = [10, 50, 90].map((middle) => ({ middle, width: 12 }));
  expect(spreadLabels(labels, 0, 100)).toEqual([10, 50, 90]);
});

test('labels never cover each other nor leave the line', () => {
  const wishes = fc.array(fc.tuple(fc.integer({ min: -10, max: 310 }), fc.integer({ min: 6, max: 30 })), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(wishes, (pairs) => {
      const labels = pairs.map(([middle, width]) => ({ middle, width })).sort((a, b) => a.middle - b.middle);
      const middles = spreadLabels(labels, 0, 300);
      for (const [i, middle] of middles.entries()) {
        const half = labels[i].width / 2;
        expect(middle - half).toBeGreaterThanOrEqual(i === 0 ? 0 : middles[i - 1] + labels[i - 1].width / 2);
        expect(middle + half).toBeLessThanOrEqual(300);
      }
    }),
  );
});
