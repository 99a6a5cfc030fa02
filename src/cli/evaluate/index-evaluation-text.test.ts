import { expect, test } from 'vitest';
import { plainStyle } from '../../report/index.js';
import type { IndexEvaluation, WayResult } from '../../search/index.js';
import type { TaskComparison } from '../../tasks/index.js';
import { formatIndexEvaluation } from './index-evaluation-text.js';

const way = (name: string, ndcg: number): WayResult => ({
  ...{ name, mode: 'vector', vectors: 'int8', documents: 'own', questions: 'own' },
  ...{ metrics: { 'ndcg@10': ndcg, 'recall@10': 0.8, 'recall@100': 0.9, 'mrr@10': 0.6 }, comparisons: [] },
  ...{ searchMs: { p50: 1.234, p99: 12.34 }, scannedBytes: 2000 },
});
const comparison: TaskComparison = {
  task: 'x',
  kind: 'retrieval',
  metric: 'ndcg@10',
  main: true,
  original: 0.65,
  candidate: 0.64,
  difference: -0.01,
  interval: [-0.02, 0.001],
  finding: 'within noise',
};

test('shows figures, what a saving costs, times and sizes', () => {
  const evaluation: IndexEvaluation = {
    ...{ documents: 1000, passages: 1200, questions: 300, model: 'minilm', variant: 'int8', notes: [] },
    questionMs: { own: { p50: 5, p99: 9 }, variant: { p50: 2, p99: 11 } },
    ways: [way('float32 vectors', 0.65), { ...way('int8 vectors', 0.64), comparisons: [comparison] }],
  };
  const lines = formatIndexEvaluation(evaluation, { ...plainStyle, columns: 200 }).split('\n');
  expect(lines[0]).toBe('1,000 documents, 1,200 passages, 300 questions, minilm');
  expect(lines[2]).toMatch(/^float32 vectors +0\.6500 +0\.8000 +0\.9000 +0\.6000 +– +– +1\.23 ms +12\.3 ms +2\.00 kB$/);
  expect(lines[3]).toMatch(/^int8 vectors .* −0\.0100 +−0\.0200 … \+0\.0010 /);
  expect(lines[4]).toContain('minilm 5.00 ms (p99 9.00 ms), int8 2.00 ms (p99 11.0 ms)');
});
