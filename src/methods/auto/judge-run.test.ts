import { describe, expect, test } from 'vitest';
import { randomMatrix, withNoise } from '../../../test/support/random-matrix.js';
import type { Gate, Measured } from '../../evaluate/index.js';
import type { Matrix } from '../../numbers/index.js';
import { distanceOf, judgeRun } from './judge-run.js';
import type { Run } from './mix-laboratory.js';

const matrix = (...rows: number[][]): Matrix => ({
  ...{ data: Float32Array.from(rows.flat()), rows: rows.length, columns: 2 },
});
const run = (texts: Matrix, cuttings: Matrix = matrix()): Run => ({ texts, cuttings }) as unknown as Run;

describe('the distance of two runs', () => {
  const reference = run(matrix([1, 0], [0, 2]), matrix([3, 0]));

  test.each([
    ['the same', run(matrix([1, 0], [0, 2]), matrix([3, 0])), 0],
    ['of another length', run(matrix([9, 0], [0, 0.1]), matrix([1, 0])), 0],
    ['one at a right angle', run(matrix([0, 1], [0, 2]), matrix([3, 0])), 1 / 3],
    ['cuttings turned around', run(matrix([1, 0], [0, 2]), matrix([-3, 0])), 2 / 3],
    ['one without a length', run(matrix([0, 0], [0, 2]), matrix([3, 0])), 1 / 3],
    ['one that is no number', run(matrix([Number.NaN, 0], [0, 2]), matrix([3, 0])), 1],
    ['an infinite one', run(matrix([Number.POSITIVE_INFINITY, 0], [0, 2]), matrix([3, 0])), 1],
  ])('%s', (_, other, distance) => {
    expect(distanceOf(other, reference)).toBeCloseTo(distance, 7);
  });

  test('is never below 0, and of nothing is that of what has nothing in common', () => {
    const many = run(randomMatrix(40, 2, 1));
    expect(distanceOf(many, many)).toBeGreaterThanOrEqual(0);
    expect(distanceOf(run(matrix()), run(matrix()))).toBe(1);
  });
});

describe('a run judged by a gate', () => {
  const sizes = { file: { bytes: 1 }, original: { bytes: 4 } } as unknown as Pick<Measured, 'file' | 'original'>;
  const gate = (limits: Gate['limits']): Gate => ({ name: 'test', limits, limitsWhereMeasured: {} });
  const texts = randomMatrix(30, 16, 3);
  const cuttings = randomMatrix(20, 16, 4);
  const empty = { data: new Float32Array(), rows: 0, columns: 16 };
  const judged = (candidate: Run, reference: Run, limits: Gate['limits']) =>
    judgeRun(candidate, reference, gate(limits), sizes, undefined);

  test('that is the same uses nothing up', async () => {
    const same = run(texts, cuttings);
    const { usedAllowance, fidelity } = await judged(same, same, { cosineP1: 0.99, cosineMean: 0.999 });
    expect(fidelity.cosine.mean).toBeCloseTo(1, 6);
    expect(usedAllowance).toBeLessThan(1e-3);
  });

  test('uses up what its worst texts lose', async () => {
    const noisy = run(withNoise(texts, 0.2, 5), empty);
    const { fidelity, cuttings: none, usedAllowance } = await judged(noisy, run(texts, empty), { cosineMin: 0.9 });
    expect(none).toBeUndefined();
    expect(usedAllowance).toBeCloseTo((1 - fidelity.cosine.min) / 0.1, 6);
  });

  test('counts cuttings where the gate speaks of the worst, and nowhere else', async () => {
    const candidate = run(texts, withNoise(cuttings, 0.5, 6));
    const reference = run(texts, cuttings);
    const worst = await judged(candidate, reference, { cosineMin: 0.999 });
    expect(worst.cuttings?.cosine.min).toBeLessThan(0.99);
    expect(worst.usedAllowance).toBeGreaterThan(1);
    expect((await judged(candidate, reference, { cosineMean: 0.999 })).usedAllowance).toBeLessThan(1);
  });

  test('does not judge by fewer than three cuttings', async () => {
    const two = { data: cuttings.data.subarray(0, 32), rows: 2, columns: 16 };
    const off = { ...two, data: two.data.map((value) => -value) };
    const found = await judged(run(texts, off), run(texts, two), { cosineMin: 0.999 });
    expect(found.cuttings).toBeUndefined();
    expect(found.usedAllowance).toBeLessThan(1);
  });
});
