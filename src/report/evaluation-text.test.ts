import { describe, expect, test } from 'vitest';
import type { TaskComparison } from '../tasks/index.js';
import { formatComparisons, formatEvaluation, signed, taskName, withDeviation } from './evaluation-text.js';
import { plainStyle } from './style.js';

const { NaN: nan } = Number;

const comparison: TaskComparison = {
  task: 'scifact-mini',
  kind: 'retrieval',
  metric: 'ndcg@10',
  main: true,
  original: 0.8029,
  candidate: 0.7951,
  difference: -0.0078,
  interval: [-0.0131, -0.0024],
  finding: 'a loss',
};

describe('figures', () => {
  test.each([
    [0.00314, '+0.0031'],
    [-0.00314, '−0.0031'],
    [0, '0.0000'],
    [-0, '0.0000'],
    [-0.00004, '0.0000'],
    [0.00005, '+0.0001'],
    [nan, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Infinity'],
    [Number.NEGATIVE_INFINITY, '−Infinity'],
  ])('%d is written as %s', (value, text) => {
    expect(signed(value)).toBe(text);
  });

  test('a deviation stands behind its figure, where there is one', () => {
    expect(withDeviation(0.8006, 0.0123)).toBe('0.8006 ±0.0123');
    expect(withDeviation(0.8, undefined)).toBe('0.8000');
    expect(withDeviation(nan, 0)).toBe('NaN ±0.0000');
  });

  test('a task says that only its queries are the candidate’s, and commands no terminal', () => {
    expect(taskName({ ...comparison, asymmetric: true })).toBe('scifact-mini, old index');
    expect(taskName({ ...comparison, task: 'a\u001b[31mb' })).not.toContain('\u001b');
  });
});

/** Cells of the lines of a table. */
function cellsOf(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

test('a comparison shows both figures, their difference, its interval and what that means', () => {
  const without = { ...comparison, main: false, interval: undefined, finding: undefined };
  expect(cellsOf(formatComparisons([comparison, without], plainStyle))).toEqual([
    ['task', 'metric', 'original', 'candidate', 'difference', '95 %', 'finding'],
    ['scifact-mini', 'ndcg@10', '0.8029', '0.7951', '−0.0078', '−0.0131 … −0.0024', 'a loss'],
    ['scifact-mini', 'ndcg@10', '0.8029', '0.7951', '−0.0078', '–', '–'],
  ]);
});

test('an evaluation of one model shows figures and deviations, one with an original says how they are compared', () => {
  const samples = { kind: 'items', values: {} } as const;
  const result = {
    task: 'banking',
    kind: 'classification',
    mainMetric: 'accuracy',
    metrics: { accuracy: 0.8, f1: 0.79 },
    deviations: { accuracy: 0.01 },
    samples,
  } as const;
  const evaluation = { results: [result] } as unknown as Parameters<typeof formatEvaluation>[0];
  expect(cellsOf(formatEvaluation(evaluation, plainStyle))).toEqual([
    ['task', 'metric', 'figure', 'deviation'],
    ['banking', 'accuracy', '0.8000', '±0.0100'],
    ['banking', 'f1', '0.7900', '–'],
  ]);
  expect(formatEvaluation({ ...evaluation, comparisons: [comparison] }, plainStyle)).toContain('paired bootstrap');
});
