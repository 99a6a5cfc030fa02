import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { averagePrecision, bestAccuracy, bestF1 } from './binary-metrics.js';
import { accuracy, macroF1, vMeasure } from './class-metrics.js';
import { kMeans } from './k-means.js';
import { rankingMetric, trecOrder } from './retrieval-metrics.js';

/** Items with a true and a predicted class, and how often each counts. */
const classified = fc.array(
  fc.record({ truth: fc.integer({ min: 0, max: 3 }), predicted: fc.integer({ min: -1, max: 3 }), weight: fc.nat(3) }),
  { minLength: 1, maxLength: 12 },
);
/** Scores with many ties, and labels. */
const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), label: fc.constantFrom(0, 1) }), {
  minLength: 2,
  maxLength: 12,
});
const repeated = <Item extends { readonly weight: number }>(items: readonly Item[]) =>
  items.flatMap((item) => new Array<Item>(item.weight).fill(item));

describe('figures of classes', () => {
  test.each([
    ['accuracy', accuracy],
    ['macro F1', macroF1],
  ])('%s: an item of weight n is n items', (_, metric) => {
    fc.assert(
      fc.property(classified, (items) => {
        const many = repeated(items);
        fc.pre(many.length > 0);
        const weights = items.map(({ weight }) => weight);
        const whole = metric(
          items.map(({ truth }) => truth),
          items.map(({ predicted }) => predicted),
          weights,
        );
        expect(whole).toBeCloseTo(
          metric(
            many.map(({ truth }) => truth),
            many.map(({ predicted }) => predicted),
          ),
          12,
        );
      }),
    );
  });

  test('macro F1 by hand: classes that only a prediction has count as 0', () => {
    // Class 0: 2·1/(2+1), class 1: 2·1/(1+1), class 2: 0, predicted once.
    expect(macroF1([0, 0, 1], [0, 2, 1])).toBeCloseTo((2 / 3 + 1 + 0) / 3, 12);
    // −1 stands for what could not be predicted, −2 for what was never learned.
    expect(macroF1([-2, 0], [-1, 0])).toBeCloseTo(1 / 3, 12);
  });

  test('the v-measure does not change with the names of clusters, and is the same both ways', () => {
    fc.assert(
      fc.property(classified, (items) => {
        const [truth, clusters] = [items.map(({ truth }) => truth), items.map(({ predicted }) => predicted)];
        const figure = vMeasure(truth, clusters);
        expect(figure).toBeGreaterThanOrEqual(-1e-12);
        expect(figure).toBeLessThanOrEqual(1 + 1e-12);
        expect(vMeasure(clusters, truth)).toBeCloseTo(figure, 12);
        expect(
          vMeasure(
            truth,
            clusters.map((cluster) => 7 - 2 * cluster),
          ),
        ).toBeCloseTo(figure, 12);
        expect(vMeasure(truth, truth)).toBeCloseTo(1, 12);
      }),
    );
  });

  test('the v-measure by hand', () => {
    expect(vMeasure([], [])).toBe(1);
    expect(vMeasure([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(0, 12);
    expect(vMeasure([0, 0, 1, 1], [0, 0, 0, 0])).toBe(0);
    // Each item a cluster of its own: homogeneous, and half complete (ln 2 of ln 4).
    expect(vMeasure([0, 0, 1, 1], [0, 1, 2, 3])).toBeCloseTo(2 / 3, 12);
  });
});

describe('figures of scores', () => {
  const parts = (items: readonly { readonly score: number; readonly label: number }[]) =>
    [items.map(({ score }) => score), items.map(({ label }) => label)] as const;

  test('depend on the order of the scores alone', () => {
    fc.assert(
      fc.property(scored, (items) => {
        const [scores, labels] = parts(items);
        const stretched = scores.map((score) => Math.exp(score) - 100);
        const turned = parts(items.toReversed());
        for (const metric of [averagePrecision, bestF1, bestAccuracy]) {
          expect(metric(stretched, labels)).toBe(metric(scores, labels));
          expect(metric(...turned)).toBeCloseTo(metric(scores, labels), 12);
        }
      }),
    );
  });

  test('the best threshold is the best of all that lie between two scores, tried one by one', () => {
    fc.assert(
      fc.property(scored, (items) => {
        const [scores, labels] = parts(items);
        const cuts = [...new Set(scores)].sort((a, b) => a - b).slice(1);
        const tried = cuts.map((cut) => {
          const taken = scores.map((score) => score >= cut);
          const right = taken.filter((isTaken, i) => isTaken === (labels[i] === 1)).length;
          const hits = taken.filter((isTaken, i) => isTaken && labels[i] === 1).length;
          const both = taken.filter(Boolean).length + labels.filter((label) => label === 1).length;
          return { accuracy: right / items.length, f1: (2 * hits) / both };
        });
        expect(bestAccuracy(scores, labels)).toBeCloseTo(Math.max(0, ...tried.map(({ accuracy }) => accuracy)), 12);
        expect(bestF1(scores, labels)).toBeCloseTo(Math.max(0, ...tried.map(({ f1 }) => f1)), 12);
      }),
    );
  });

  test('average precision of ties counts them at once, in whatever order they stand', () => {
    expect(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0])).toBe(0.25);
    expect(averagePrecision([1, 1, 1, 1], [0, 0, 0, 1])).toBe(0.25);
    expect(averagePrecision([2, 1, 1], [1, 1, 0])).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(averagePrecision([1, 2], [0, 0])).toBe(0);
  });
});

describe('rankings', () => {
  const graded = new Map([
    ['a', 2],
    ['b', 1],
    ['c', 0],
    ['d', -1],
  ]);

  test('nDCG by hand: grades are gains, and a grade below 0 takes nothing away', () => {
    const ideal = 2 + 1 / Math.log2(3);
    expect(rankingMetric('ndcg', ['a', 'b'], graded, 10)).toBe(1);
    expect(rankingMetric('ndcg', ['d', 'b', 'a'], graded, 10)).toBeCloseTo((1 / Math.log2(3) + 2 / 2) / ideal, 12);
    expect(rankingMetric('ndcg', ['b', 'a'], graded, 1)).toBe(0.5);
    expect(rankingMetric('ndcg', ['x', 'c'], graded, 10)).toBe(0);
  });

  test('what lies behind the cut does not count, what is relevant and was not found does', () => {
    expect(rankingMetric('recall', ['x', 'a'], graded, 1)).toBe(0);
    expect(rankingMetric('recall', ['x', 'a'], graded, 2)).toBe(0.5);
    expect(rankingMetric('mrr', ['x', 'y', 'b'], graded, 2)).toBe(0);
    expect(rankingMetric('mrr', ['x', 'y', 'b'], graded, 3)).toBeCloseTo(1 / 3, 12);
    expect(rankingMetric('map', ['x', 'b', 'a'], graded, 10)).toBeCloseTo((1 / 2 + 2 / 3) / 2, 12);
    expect(rankingMetric('map', ['a'], graded, 1)).toBe(0.5);
  });

  test('a query without relevant documents, or without a ranking, scores 0', () => {
    for (const metric of ['ndcg', 'recall', 'mrr', 'map'] as const) {
      expect(rankingMetric(metric, ['c', 'd'], new Map([['c', 0]]), 10)).toBe(0);
      expect(rankingMetric(metric, [], graded, 10)).toBe(0);
    }
  });

  test('the grades of a query are not changed by looking at them', () => {
    const before = [...graded];
    rankingMetric('ndcg', ['b'], graded, 10);
    expect([...graded]).toEqual(before);
  });

  test('of equal scores the id that sorts last comes first, by code units', () => {
    expect(trecOrder(['a', 'c', 'b'], [1, 1, 1])).toEqual(['c', 'b', 'a']);
    expect(trecOrder(['10', '9', 'Z', 'é'], [0, 0, 0, 0])).toEqual(['é', 'Z', '9', '10']);
    expect(trecOrder(['a', 'b', 'c'], [0.5, -0, 0])).toEqual(['a', 'c', 'b']);
    expect(trecOrder([], [])).toEqual([]);
  });
});

describe('k-means ends, and puts every item into a cluster', () => {
  const matrix = (...rows: number[][]) => ({
    data: Float32Array.from(rows.flat()),
    rows: rows.length,
    columns: rows[0].length,
  });

  test.each([
    ['vectors that are no numbers', matrix([Number.NaN, 0], [1, 1], [2, 2], [Number.POSITIVE_INFINITY, 0])],
    ['nothing but zeros', matrix([0, 0], [0, 0], [0, 0])],
    ['huge numbers', matrix([3e38, 3e38], [-3e38, 1], [3e38, -3e38])],
  ])('with %s', async (_, x) => {
    const { clusters } = await kMeans(x, 2, 1);
    expect([...clusters].every((cluster) => cluster === 0 || cluster === 1)).toBe(true);
    expect(clusters).toHaveLength(x.rows);
  });

  test('one cluster takes all, and its inertia is the sum of squares around the mean', async () => {
    const { clusters, inertia } = await kMeans(matrix([0, 0], [2, 0], [4, 0]), 1, 3);
    expect([...clusters]).toEqual([0, 0, 0]);
    expect(inertia).toBeCloseTo(8, 12);
  });

  test('until it is cancelled', async () => {
    await expect(kMeans(matrix([0], [1]), 2, 1, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
