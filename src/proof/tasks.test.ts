import { expect, test } from 'vitest';
import { metricsOf, type TaskResult, type TaskSamples } from '../tasks/index.js';
import { compareTasks } from './tasks.js';

const samples = (values: number[]): TaskSamples => ({ kind: 'items', values: { 'ndcg@10': values } });
const result = (task: string, values: number[]): TaskResult => ({
  ...{ task, kind: 'retrieval', mainMetric: 'ndcg@10', metrics: metricsOf(samples(values)), samples: samples(values) },
});

test('each task is compared with the same of the original, in their order', async () => {
  const before = [result('a', [1, 0.5]), result('b', [0, 0])];
  const after = [result('a', [0.5, 0.5]), result('b', [1, 1])];
  expect(await compareTasks(before, after, {})).toMatchObject([
    { task: 'a', original: 0.75, candidate: 0.5, difference: -0.25, finding: 'within noise' },
    { task: 'b', original: 0, candidate: 1, difference: 1, finding: 'a gain' },
  ]);
});

test('no tasks are no comparisons; a signal ends them', async () => {
  expect(await compareTasks([], [], {})).toEqual([]);
  const [before, after] = [[result('a', [1])], [result('a', [0])]];
  await expect(compareTasks(before, after, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

test('progress names the task', async () => {
  const stages = new Set<string>();
  const onProgress = ({ stage }: { readonly stage: string }) => stages.add(stage);
  await compareTasks([result('a', [1])], [result('a', [0])], { onProgress });
  expect([...stages]).toEqual(['Drawing the items of a anew']);
});
