import { describe, expect, test } from 'vitest';
import { averagePrecision, bestAccuracy, bestF1 } from './binary-metrics.js';

describe('average precision, worked out by hand', () => {
  test.each<[string, number[], number[], number]>([
    // Places of the relevant ones: 1 and 3, so (1/1 + 2/3) / 2.
    ['a mixed order', [0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0], (1 + 2 / 3) / 2],
    ['a perfect order', [3, 2, 1], [1, 1, 0], 1],
    ['the worst order', [3, 2, 1], [0, 0, 1], 1 / 3],
    // Both are taken at once: precision 1/2 at recall 1.
    ['a tie', [1, 1], [0, 1], 0.5],
    ['a tie, the other way round', [1, 1], [1, 0], 0.5],
    ['nothing relevant', [1, 2], [0, 0], 0],
    ['everything relevant', [1, 2], [1, 1], 1],
  ])('%s', (_, scores, labels, expected) => {
    expect(averagePrecision(scores, labels)).toBeCloseTo(expected, 12);
  });
});

describe('the best threshold between two scores', () => {
  test.each<[string, number[], number[], number, number]>([
    ['separates', [0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 1, 1],
    // Taking the first: 3 of 4 right, F1 2·1/(1+2). Taking three: 3 of 4 right, F1 2·2/(3+2).
    ['one is in between', [0.9, 0.8, 0.7, 0.1], [1, 0, 1, 0], 0.75, 0.8],
    ['the wrong way round', [0.1, 0.9], [1, 0], 0, 0],
    ['all scores equal: there is no threshold between', [0.5, 0.5, 0.5], [1, 1, 0], 0, 0],
    ['no positive', [0.9, 0.1], [0, 0], 0.5, 0],
  ])('%s', (_, scores, labels, accuracy, f1) => {
    expect(bestAccuracy(scores, labels)).toBeCloseTo(accuracy, 12);
    expect(bestF1(scores, labels)).toBeCloseTo(f1, 12);
  });
});
