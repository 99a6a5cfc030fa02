import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { randomMatrix, withNoise } from '../../test/support/random-matrix.js';
import type { Matrix } from '../numbers/index.js';
import { measureFidelity } from './fidelity.js';

interface GoldenCase {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
  readonly original: readonly number[];
  readonly candidate: readonly number[];
  readonly expected: Record<'cosine' | 'l2' | 'relativeL2', Record<string, number>> &
    Record<'meanAbsoluteError' | 'bias' | 'spearman' | 'topOneAgreement' | 'topKOverlap', number> & {
      readonly worst: readonly number[];
    };
}

const golden: readonly GoldenCase[] = JSON.parse(
  readFileSync(new URL('../../test/golden/fidelity.golden.json', import.meta.url), 'utf8'),
);

function matrix(values: ArrayLike<number>, columns: number): Matrix {
  return { data: Float32Array.from(values), rows: values.length / columns, columns };
}

describe('fidelity is what numpy and scipy find', () => {
  test.each(golden)('$name', async ({ columns, k, original, candidate, expected }) => {
    const found = await measureFidelity(matrix(original, columns), matrix(candidate, columns), { neighbours: k });
    for (const group of ['cosine', 'l2', 'relativeL2'] as const) {
      for (const [name, value] of Object.entries(expected[group])) {
        const figure = (found[group] as Record<string, number>)[name];
        expect(Math.abs(figure - value), `${group}.${name}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
      }
    }
    expect(found.similarity.meanAbsoluteError).toBeCloseTo(expected.meanAbsoluteError, 9);
    expect(found.similarity.bias).toBeCloseTo(expected.bias, 9);
    expect(found.similarity.spearman).toBeCloseTo(expected.spearman, 6);
    expect(found.neighbours.topOneAgreement).toBeCloseTo(expected.topOneAgreement, 12);
    expect(found.neighbours.topKOverlap).toBeCloseTo(expected.topKOverlap, 12);
    expect(found.worst.length).toBe(expected.worst.length);
    found.worst.forEach(({ cosine }, i) => {
      expect(cosine).toBeCloseTo(expected.worst[i], 9);
    });
  });
});

describe('fidelity', () => {
  const original = randomMatrix(200, 24, 1);

  test('of a copy is perfect', async () => {
    const found = await measureFidelity(original, original);
    expect(found.cosine.min).toBeCloseTo(1, 12);
    expect(found.l2).toEqual({ mean: 0, max: 0 });
    expect(found.similarity).toMatchObject({ meanAbsoluteError: 0, bias: 0, pairs: 19900, rankedPairs: 19900 });
    expect(found.similarity.spearman).toBeCloseTo(1, 12);
    expect(found.neighbours).toMatchObject({ topOneAgreement: 1, topKOverlap: 1, k: 10, texts: 200 });
  });

  test('one vector with NaN spoils every mean and leads the worst texts', async () => {
    const broken = withNoise(original, 0.01, 2);
    broken.data[17 * 24 + 3] = Number.NaN;
    const found = await measureFidelity(original, broken);
    expect(found.nonFinite).toEqual({ original: 0, candidate: 1 });
    expect(found.cosine).toEqual({ mean: Number.NaN, p50: Number.NaN, p1: Number.NaN, min: Number.NaN });
    expect(found.l2.max).toBeNaN();
    expect(found.similarity.spearman).toBeNaN();
    expect(found.worst[0].index).toBe(17);
    expect(found.neighbours.topOneAgreement).toBeLessThan(1);
  });

  test('a vector that became zeros counts as lost, one that was zeros before does not', async () => {
    const before = withNoise(original, 0, 0);
    before.data.fill(0, 0, 24);
    const after = withNoise(before, 0, 0);
    after.data.fill(0, 24, 48);
    const found = await measureFidelity(before, after);
    expect(found.zero).toEqual({ original: 1, candidate: 2 });
    expect(found.cosine.min).toBe(0);
    expect(found.worst[0]).toMatchObject({ index: 1, cosine: 0 });
    expect(found.worst[1].cosine).toBeCloseTo(1, 6);
  });

  test('shows the worst texts with their neighbours before and after', async () => {
    const candidate = withNoise(original, 0, 0);
    candidate.data.set(original.data.subarray(24 * 5, 24 * 6), 24 * 9);
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i} ${'😀'.repeat(200)}`);
    const { worst } = await measureFidelity(original, candidate, { texts });
    expect(worst[0].index).toBe(9);
    expect(worst[0].neighboursAfter[0]).toMatchObject({ index: 5 });
    expect(worst[0].neighboursAfter[0].similarity).toBeCloseTo(1, 6);
    expect(worst[0].neighboursBefore[0].index).not.toBe(5);
    expect(worst[0].text).toMatch(/^text 9 (😀)+…$/u);
  });

  test('samples keep the extremes and stay small', async () => {
    const { samples, cosine } = await measureFidelity(randomMatrix(700, 8, 3), randomMatrix(700, 8, 4));
    expect(samples.cosines.length).toBe(256);
    expect(samples.cosines[0]).toBeCloseTo(cosine.min, 6);
    expect(samples.similarities.length).toBe(512);
  });

  test('very many texts: neighbours and pairs come from evenly spaced ones', async () => {
    const many = randomMatrix(4100, 4, 5);
    const found = await measureFidelity(many, withNoise(many, 0.02, 6));
    expect(found.texts).toBe(4100);
    expect(found.neighbours.texts).toBe(4000);
    expect(found.similarity.pairs).toBe((4000 * 3999) / 2);
    expect(found.similarity.rankedPairs).toBeLessThanOrEqual(500_000);
    expect(found.similarity.spearman).toBeGreaterThan(0.99);
  });

  test.each([
    ['widths', randomMatrix(5, 3, 0), randomMatrix(5, 4, 0)],
    ['counts', randomMatrix(5, 3, 0), randomMatrix(6, 3, 0)],
    ['too few texts', randomMatrix(2, 3, 0), randomMatrix(2, 3, 0)],
  ])('refuses what cannot be compared: %s', async (_, a, b) => {
    await expect(measureFidelity(a, b)).rejects.toMatchObject({ code: 'NOT_COMPARABLE' });
  });

  test('can be cancelled, and lets the event loop turn meanwhile', async () => {
    const controller = new AbortController();
    const big = randomMatrix(3000, 256, 8);
    setTimeout(() => controller.abort(), 30);
    await expect(measureFidelity(big, big, { signal: controller.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
