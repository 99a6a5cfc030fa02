import { expect, test } from 'vitest';
import type { Mix } from '../../quantize/index.js';
import { bestOf, findMix, type TriedResult } from './find-mix.js';
import { type PartChoices, totalsOf } from './mix-search.js';

const parts: PartChoices[] = Array.from({ length: 30 }, (_, i) => ({
  id: `w${i}`,
  choices: [
    { precision: 'fp16', cost: 200, loss: 1e-7 },
    { precision: 'int8', cost: 100, loss: 1e-4 * (1 + (i % 5)) },
    { precision: 'q4', cost: 55, loss: 1e-3 * (1 + (i % 7)) },
  ],
}));

/** A model whose true loss is the expected one times a factor; `allowed` is what the goal lets pass. */
function model(factor: number, allowed: number) {
  let runs = 0;
  const tryMix = async (mix: Mix): Promise<TriedResult> => {
    runs++;
    const { cost, loss } = totalsOf(parts, mix);
    return { mix, cost, expectedLoss: loss, usedAllowance: (loss * factor) / allowed };
  };
  return { tryMix, runs: () => runs };
}

test.each([0.3, 1, 2.7])('finds the edge of the goal where true losses are %s × the expected ones', async (factor) => {
  const { tryMix, runs } = model(factor, 0.02);
  const tried = await findMix({ parts, tryMix, limit: 1, firstBudget: 0.01 });
  const best = bestOf(tried, 1);
  expect(best?.usedAllowance).toBeLessThanOrEqual(1);
  expect(best?.usedAllowance).toBeGreaterThan(0.85);
  expect(runs()).toBeLessThanOrEqual(10);
});

test('a goal that everything holds ends with the cheapest mix', async () => {
  const { tryMix } = model(1, 10);
  const tried = await findMix({ parts, tryMix, limit: 1, firstBudget: 0.001 });
  expect(bestOf(tried, 1)?.cost).toBe(55 * parts.length);
});

test('a goal that nothing holds gives the nearest there is', async () => {
  const { tryMix, runs } = model(1, 1e-9);
  const tried = await findMix({ parts, tryMix, limit: 1, firstBudget: 0.01 });
  const best = bestOf(tried, 1);
  expect(best?.usedAllowance).toBeGreaterThan(1);
  expect(best?.usedAllowance).toBe(Math.min(...tried.map(({ usedAllowance }) => usedAllowance)));
  expect(runs()).toBeLessThanOrEqual(10);
});

test('goes on from what was tried with a stricter limit', async () => {
  const { tryMix, runs } = model(1, 0.02);
  const tried = await findMix({ parts, tryMix, limit: 1, firstBudget: 0.02 });
  const before = runs();
  const more = await findMix({ parts, tryMix, limit: 0.5, firstBudget: 0.01 }, tried);
  expect(more.slice(0, before)).toEqual(tried);
  expect(bestOf(more, 0.5)?.usedAllowance).toBeLessThanOrEqual(0.5);
  expect(bestOf(more, 0.5)?.cost).toBeGreaterThan(bestOf(more, 1)?.cost ?? 0);
});

test('a mix that is known is not run again, and ten are tried at most', async () => {
  for (const factor of [1e-6, 0.01, 0.5, 3, 1e6]) {
    const { tryMix, runs } = model(factor, 0.02);
    const first = await findMix({ parts, tryMix, limit: 1, firstBudget: 0.01 });
    expect(runs()).toBeLessThanOrEqual(10);
    expect(new Set(first.map(({ mix }) => [...mix].join()))).toHaveProperty('size', first.length);
    const before = runs();
    const again = await findMix({ parts, tryMix, limit: 1, firstBudget: 0.01 }, first);
    expect(again.slice(0, first.length)).toEqual(first);
    expect(runs() - before).toBe(again.length - first.length);
  }
});

test('budgets of nothing, and results that are no use at all, end', async () => {
  const { tryMix } = model(1, 0.02);
  expect((await findMix({ parts, tryMix, limit: 1, firstBudget: 0 })).length).toBeLessThanOrEqual(10);
  const useless = async (mix: Mix): Promise<TriedResult> => ({
    ...(await tryMix(mix)),
    usedAllowance: Number.POSITIVE_INFINITY,
  });
  const tried = await findMix({ parts, tryMix: useless, limit: 1, firstBudget: 0.01 });
  expect(tried.length).toBeLessThanOrEqual(10);
  expect(bestOf(tried, 1)).toBe(tried[0]);
  expect(bestOf([], 1)).toBeUndefined();
});

test('of those that hold the cheapest is the best, of as cheap ones the nearest; else the nearest of all', () => {
  const result = (cost: number, usedAllowance: number): TriedResult => ({
    mix: new Map(),
    expectedLoss: 0,
    cost,
    usedAllowance,
  });
  const [dear, cheap, near, missed] = [result(5, 0.1), result(3, 0.9), result(3, 0.5), result(1, 1.01)];
  expect(bestOf([dear, cheap, near, missed], 1)).toBe(near);
  expect(bestOf([dear, cheap], 0.5)).toBe(dear);
  expect(bestOf([missed, result(0, 2)], 1)).toBe(missed);
  expect(bestOf([missed], 1.01)).toBe(missed);
});

test('an error of the model ends the search', async () => {
  const failing = () => Promise.reject(new Error('no memory'));
  await expect(findMix({ parts, tryMix: failing, limit: 1, firstBudget: 1 })).rejects.toThrow('no memory');
});
