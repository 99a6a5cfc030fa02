import { expect, test } from 'vitest';
import { randomNumbers, shuffled } from '../numbers/index.js';
import { compareResults, type TaskComparison } from './compare-results.js';
import { metricsOf, type TaskResult, type TaskSamples } from './task-result.js';

function resultOf(samples: TaskSamples, mainMetric: string): TaskResult {
  return { task: 'toy', kind: 'retrieval', mainMetric, metrics: metricsOf(samples), samples };
}
const items = (values: number[]) => resultOf({ kind: 'items', values: { 'ndcg@10': values } }, 'ndcg@10');

const random = randomNumbers(1);
const before = Array.from({ length: 300 }, () => random());

test('the same on both sides is within noise, with an interval of nothing', async () => {
  const [comparison] = await compareResults(items(before), items(before));
  expect(comparison).toMatchObject({ difference: 0, interval: [0, 0], finding: 'within noise', main: true });
});

test('a small loss on every item is a loss, the same loss hidden in noise is not', async () => {
  const steady = await compareResults(items(before), items(before.map((value) => value - 0.01)));
  expect(steady[0]).toMatchObject({ finding: 'a loss' });
  expect(steady[0].interval?.[0]).toBeCloseTo(-0.01, 9);
  const noisy = await compareResults(items(before), items(before.map((value) => value - 0.01 + random() - 0.5)));
  expect(noisy[0]).toMatchObject({ finding: 'within noise' });
  const better = await compareResults(items(before), items(before.map((value) => value + 0.02)));
  expect(better[0]).toMatchObject({ finding: 'a gain' });
});

test('the interval is as wide as theory says', async () => {
  const differences = shuffled(
    Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1)),
    random,
  );
  const zeros = new Array<number>(400).fill(0);
  const [{ interval }] = await compareResults(items(zeros), items(differences));
  // Standard error 1 / √400 = 0.05; 1.96 of them each way.
  expect(interval?.[0]).toBeGreaterThan(-0.115);
  expect(interval?.[0]).toBeLessThan(-0.085);
  expect(interval?.[1]).toBeGreaterThan(0.085);
  expect(interval?.[1]).toBeLessThan(0.115);
});

test('correlations are resampled pair by pair', async () => {
  const truth = Float64Array.from({ length: 200 }, () => random());
  const scored = (noise: number) => {
    const scores = truth.map((value) => value + noise * (random() - 0.5));
    return resultOf({ kind: 'scores', metrics: ['spearman'], scores, truth }, 'spearman');
  };
  const [clear] = await compareResults(scored(0.1), scored(2));
  expect(clear).toMatchObject({ metric: 'spearman', finding: 'a loss' });
  const [close] = await compareResults(scored(0.5), scored(0.5));
  expect(close.finding).toBe('within noise');
});

test('what is no number is a loss; what cannot be resampled has no interval', async () => {
  const truth = Float64Array.of(1, 2, 3, 4);
  const scored = (scores: Float64Array) =>
    resultOf({ kind: 'scores', metrics: ['spearman'], scores, truth }, 'spearman');
  const [broken] = await compareResults(scored(truth), scored(Float64Array.of(1, 2, Number.NaN, 4)));
  expect(broken.finding).toBe('a loss');
  const mean = { ...items(before), metrics: { f1: 0.5 } };
  expect((await compareResults(mean, mean))[0]).not.toHaveProperty('interval');
});

test('classes are drawn anew by items and experiments, for accuracy and macro F1', async () => {
  const truth = Int32Array.from({ length: 200 }, (_, i) => i % 4);
  /** Each experiment is wrong about so large a share of the items, and about more or fewer of them than the others. */
  const guessed = (wrong: number, spread: number) =>
    Array.from({ length: 10 }, (_, experiment) =>
      truth.map((label) => (random() < wrong + (spread * (experiment - 4.5)) / 4.5 ? (label + 1) % 4 : label)),
    );
  const classified = (experiments: Int32Array[]): TaskResult => {
    const samples = { kind: 'predictions', truth, experiments } as const;
    const deviations = { accuracy: 0.01, f1: 0.02 };
    const metrics = metricsOf(samples);
    return { task: 'toy', kind: 'classification', mainMetric: 'accuracy', metrics, deviations, samples };
  };
  const steady = classified(guessed(0.3, 0));
  const [accuracy, f1] = await compareResults(steady, classified(guessed(0.5, 0)));
  expect(accuracy).toMatchObject({ metric: 'accuracy', main: true, finding: 'a loss' });
  expect(f1).toMatchObject({ metric: 'f1', finding: 'a loss', deviations: { original: 0.02, candidate: 0.02 } });
  expect(f1.interval?.[0]).toBeLessThan(f1.difference);
  expect(f1.interval?.[1]).toBeGreaterThan(f1.difference);
  // What differs from experiment to experiment widens the interval.
  const [unsteady] = await compareResults(steady, classified(guessed(0.5, 0.3)));
  const width = ({ interval = [0, 0] }: TaskComparison) => interval[1] - interval[0];
  expect(width(unsteady)).toBeGreaterThan(1.5 * width(accuracy));
});
