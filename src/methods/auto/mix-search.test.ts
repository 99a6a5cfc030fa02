import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MixPrecision } from '../../quantize/index.js';
import { cheapestMix, type PartChoices, paretoMixes, totalsOf } from './mix-search.js';

/** Losses rise where costs fall, as in a real model; FP32 loses nothing. */
const table = (parts: readonly (readonly [number, number, number])[]): PartChoices[] =>
  parts.map(([size, q4, int8], i) => ({
    id: `w${i}`,
    choices: [
      { precision: 'fp32', cost: 4 * size, loss: 0 },
      { precision: 'int8', cost: size, loss: int8 },
      { precision: 'q4', cost: size / 2, loss: q4 },
    ],
  }));

/** The cheapest of all mixes, by trying each. */
function cheapestByHand(parts: readonly PartChoices[], budget: number): number {
  const all = parts.reduce<Map<string, MixPrecision>[]>(
    (mixes, { id, choices }) =>
      mixes.flatMap((mix) => choices.map(({ precision }) => new Map([...mix, [id, precision]]))),
    [new Map()],
  );
  const within = all.map((mix) => totalsOf(parts, mix)).filter(({ loss }) => loss <= budget);
  return Math.min(...within.map(({ cost }) => cost));
}

test('never exceeds the budget, and is as cheap as trying all mixes with a budget that is a little smaller', () => {
  const part = fc.tuple(
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1, max: 90 }),
    fc.integer({ min: 0, max: 20 }),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 300 }), (sizes, budget) => {
      const parts = table(sizes);
      const mix = cheapestMix(parts, budget);
      const { cost, loss } = totalsOf(parts, mix ?? new Map());
      expect(mix?.size).toBe(parts.length);
      expect(loss).toBeLessThanOrEqual(budget * (1 + 1e-9));
      expect(cost).toBeGreaterThanOrEqual(cheapestByHand(parts, budget));
      expect(cost).toBeLessThanOrEqual(cheapestByHand(parts, budget * (1 - parts.length / 4000)));
    }),
  );
});

test('spends the budget where a byte saves most: one large tolerant part before many small ones', () => {
  const parts = table([
    [100, 10, 1],
    [10, 10, 1],
    [10, 10, 1],
  ]);
  expect(Object.fromEntries(cheapestMix(parts, 12.5) ?? [])).toEqual({ w0: 'q4', w1: 'int8', w2: 'int8' });
});

test('a budget below the least losses has no mix', () => {
  const parts: PartChoices[] = [{ id: 'w', choices: [{ precision: 'int8', cost: 1, loss: 5 }] }];
  expect(cheapestMix(parts, 4.9)).toBeUndefined();
  expect(cheapestMix(parts, 5)).toEqual(new Map([['w', 'int8']]));
});

test('along the curve cost falls as loss rises, from the least to the cheapest', () => {
  const parts = table(Array.from({ length: 20 }, (_, i) => [10 + i, 30 + ((i * 7) % 11), 1 + (i % 3)] as const));
  const points = paretoMixes(parts).map((mix) => totalsOf(parts, mix));
  expect(points.length).toBeGreaterThan(10);
  for (const [i, point] of points.slice(1).entries()) {
    expect(point.cost).toBeLessThan(points[i].cost);
    expect(point.loss).toBeGreaterThan(points[i].loss);
  }
  expect(points.at(-1)?.cost).toBe(parts.reduce((sum, { choices }) => sum + choices[2].cost, 0));
});

test('a part whose loss is the whole budget fits, one that is beyond it by a hair does not', () => {
  const parts = [
    {
      id: 'w',
      choices: [
        { precision: 'fp32', cost: 4, loss: 0 },
        { precision: 'int8', cost: 1, loss: 0.3 },
      ],
    },
  ] as const;
  expect(cheapestMix(parts, 0.3)?.get('w')).toBe('int8');
  expect(cheapestMix(parts, 0.2999)?.get('w')).toBe('fp32');
  expect(cheapestMix(parts, 0)?.get('w')).toBe('fp32');
});

test('losses below 0 are none, and losses that are no numbers are never taken', () => {
  const parts = [
    {
      id: 'a',
      choices: [
        { precision: 'fp16', cost: 2, loss: -1e-9 },
        { precision: 'int8', cost: 1, loss: 1 },
      ],
    },
    {
      id: 'b',
      choices: [
        { precision: 'fp32', cost: 4, loss: 0 },
        { precision: 'q4', cost: 1, loss: Number.NaN },
      ],
    },
  ] as const;
  expect([...(cheapestMix(parts, 0.5) ?? [])].sort()).toEqual([
    ['a', 'fp16'],
    ['b', 'fp32'],
  ]);
});

test('a model without parts has one mix, of nothing', () => {
  expect(cheapestMix([], 1)).toEqual(new Map());
  expect(totalsOf([], new Map())).toEqual({ cost: 0, loss: 0 });
  expect(paretoMixes([])).toEqual([new Map()]);
});

test('a curve where everything loses nothing, or as much, is a point', () => {
  expect(paretoMixes(table([[10, 0, 0]]))).toEqual([new Map([['w0', 'q4']])]);
  const only = [{ id: 'w', choices: [{ precision: 'int8', cost: 1, loss: 0.5 }] }] as const;
  expect(paretoMixes(only)).toEqual([new Map([['w', 'int8']])]);
});
