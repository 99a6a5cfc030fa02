import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { randomMatrix } from '../../../test/support/random-matrix.js';
import { type Matrix, pearson, spearman } from '../../numbers/index.js';
import { averagePrecision, bestAccuracy } from './binary-metrics.js';
import { accuracy, macroF1, vMeasure } from './class-metrics.js';
import { kMeans } from './k-means.js';
import { fitLogisticRegression, predictClasses, predictProbabilities } from './logistic-regression.js';
import { type RankingMetric, rankingMetric, trecOrder } from './retrieval-metrics.js';

interface Golden {
  readonly retrieval: readonly {
    readonly name: string;
    readonly qrels: Record<string, Record<string, number>>;
    readonly run: Record<string, Record<string, number>>;
    readonly expected: Record<string, Record<string, number>>;
  }[];
  readonly correlation: readonly {
    readonly name: string;
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly pearson: number | null;
    readonly spearman: number | null;
  }[];
  readonly precision: readonly {
    readonly name: string;
    readonly scores: readonly number[];
    readonly labels: readonly number[];
    readonly averagePrecision: number;
  }[];
  readonly classes: readonly {
    readonly name: string;
    readonly truth: readonly number[];
    readonly predicted: readonly number[];
    readonly macroF1: number;
    readonly accuracy: number;
    readonly vMeasure: number;
  }[];
  readonly regression: readonly {
    readonly name: string;
    readonly width: number;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly test: readonly number[];
    readonly probabilities: readonly number[];
    readonly predicted: readonly number[];
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/metrics.golden.json', import.meta.url), 'utf8'),
);

function close(found: number, expected: number | null, what: string): void {
  if (expected === null) {
    expect(found, what).toBeNaN();
  } else {
    expect(Math.abs(found - expected), `${what}: ${found}, not ${expected}`).toBeLessThan(1e-6);
  }
}

describe('rankings as pytrec_eval', () => {
  test.each(golden.retrieval)('$name', ({ qrels, run, expected }) => {
    for (const [query, figures] of Object.entries(expected)) {
      const ids = Object.keys(run[query]);
      const ranking = trecOrder(ids, Object.values(run[query]));
      const relevance = new Map(Object.entries(qrels[query]));
      for (const [name, value] of Object.entries(figures)) {
        const [metric, k] = name.split('@');
        close(rankingMetric(metric as RankingMetric, ranking, relevance, Number(k)), value, `${query} ${name}`);
      }
    }
  });
});

test.each(golden.correlation)('correlation as scipy: $name', ({ a, b, ...expected }) => {
  close(pearson(a, b), expected.pearson, 'Pearson');
  close(spearman(a, b), expected.spearman, 'Spearman');
});

test.each(golden.precision)('average precision as scikit-learn: $name', (golden) => {
  close(averagePrecision(golden.scores, golden.labels), golden.averagePrecision, 'average precision');
});

test('average precision of a score that is no number is no number', () => {
  expect(averagePrecision([0.1, Number.NaN, 0.4], [1, 0, 1])).toBeNaN();
});

test.each(golden.classes)('F1, accuracy and v-measure as scikit-learn: $name', ({ truth, predicted, ...expected }) => {
  close(macroF1(truth, predicted), expected.macroF1, 'macro F1');
  close(accuracy(truth, predicted), expected.accuracy, 'accuracy');
  close(vMeasure(truth, predicted), expected.vMeasure, 'v-measure');
});

describe('logistic regression as scikit-learn', () => {
  const matrix = (values: readonly number[], columns: number): Matrix => ({
    data: Float32Array.from(values),
    rows: values.length / columns,
    columns,
  });
  test.each(golden.regression)('$name', async ({ width, x, y, test: items, probabilities, predicted }) => {
    const classes = Math.max(...y) + 1;
    const limits = { maxIterations: 2000, tolerance: 1e-8 };
    const model = await fitLogisticRegression(matrix(x, width), y, classes, limits);
    const found = predictProbabilities(model, matrix(items, width));
    for (const [i, probability] of found.entries()) {
      close(probability, probabilities[i], `probability ${i}`);
    }
    expect([...predictClasses(model, matrix(items, width))]).toEqual(predicted);
  });

  test('can be cancelled', async () => {
    const signal = AbortSignal.abort();
    const x = randomMatrix(10, 3, 1);
    await expect(fitLogisticRegression(x, new Uint8Array(10), 3, { signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('k-means', () => {
  /** Three heaps of 30 items. */
  const heaps = randomMatrix(90, 5, 4);
  const truth = Int32Array.from({ length: 90 }, (_, i) => i % 3);
  for (const [item, heap] of truth.entries()) {
    heaps.data[item * 5 + heap] += 8;
  }

  test('finds heaps that lie apart, whatever the seed', async () => {
    for (let seed = 0; seed < 10; seed++) {
      expect(vMeasure(truth, (await kMeans(heaps, 3, seed)).clusters)).toBeCloseTo(1, 9);
    }
  });

  test('is the same for the same seed, and its inertia is that of its clusters', async () => {
    const x = randomMatrix(60, 4, 9);
    const found = await kMeans(x, 5, 1);
    expect(await kMeans(x, 5, 1)).toEqual(found);
    let inertia = 0;
    for (let cluster = 0; cluster < 5; cluster++) {
      const members = Array.from({ length: 60 }, (_, i) => i).filter((i) => found.clusters[i] === cluster);
      for (let column = 0; column < 4; column++) {
        const values = members.map((i) => x.data[i * 4 + column]);
        const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
        inertia += values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
      }
    }
    expect(found.inertia).toBeCloseTo(inertia, 6);
  });

  test('as many clusters as items, and copies of one item', async () => {
    expect(new Set((await kMeans(randomMatrix(6, 2, 2), 6, 0)).clusters).size).toBe(6);
    const copies = { data: new Float32Array(12).fill(1), rows: 6, columns: 2 };
    expect((await kMeans(copies, 3, 0)).inertia).toBe(0);
  });

  test('more items than a call has room for arguments', async () => {
    const copies = { data: new Float32Array(200_000).fill(1), rows: 200_000, columns: 1 };
    expect((await kMeans(copies, 2, 0)).inertia).toBe(0);
  });
});

test('the best accuracy over more thresholds than a call has room for arguments', () => {
  const scores = Float64Array.from({ length: 200_000 }, (_, i) => i);
  expect(
    bestAccuracy(
      scores,
      scores.map((score) => (score < 150_000 ? 0 : 1)),
    ),
  ).toBe(1);
});
