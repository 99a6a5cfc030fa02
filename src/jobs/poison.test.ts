import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findPoison } from './poison.js';

test('finds every row that makes a range fail, whichever they are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.nat(299), { maxLength: 4 }),
      async (rows, picked) => {
        const bad = [...new Set(picked)].filter((row) => row < rows).sort((a, b) => a - b);
        let trials = 0;
        const found = await findPoison(rows, async (start, end) => {
          trials++;
          return bad.some((row) => start <= row && row < end) ? 'crashed' : undefined;
        });
        expect(found).toEqual(bad.map((row) => ({ row, reason: 'crashed' })));
        expect(trials).toBeLessThanOrEqual(1 + 2 * bad.length * Math.ceil(Math.log2(rows)));
      },
    ),
  );
});

test('a failure that no row has alone names none', async () => {
  expect(await findPoison(8, async (start, end) => (end - start === 8 ? 'too much at once' : undefined))).toEqual([]);
  expect(await findPoison(0, async () => 'never asked')).toEqual([]);
});
