import { describe, expect, test } from 'vitest';
import { soundEvidence } from '../../test/support/evidence.js';
import { gatePresets } from '../evaluate/index.js';
import type { Alternative } from '../proof/index.js';
import { judgedAlternative } from './compare-alternatives.js';

const { file, original, engine, tasks = [] } = soundEvidence();

function alternative(kind: Alternative['kind'], more: Partial<Alternative> = {}): Alternative {
  const sides = { original: 0, candidate: 0 };
  const likeness = { texts: 100, spearman: 0.8, k: 10, topKOverlap: 0.5, nonFinite: sides, zero: sides };
  return { schema: 1, tool: 't', file, original, kind, width: 256, engine, likeness, tasks, ...more };
}

const losing = (loss: number) =>
  tasks.map((task) => ({ ...task, candidate: task.original - loss, difference: -loss, finding: 'a loss' as const }));

describe('a model of another kind', () => {
  test('is judged by what it loses in tasks, if it is static', () => {
    expect(judgedAlternative(alternative('static'), {}).verdict).toMatchObject({ gate: 'static', passed: true });
    const bad = judgedAlternative(alternative('static', { tasks: losing(0.5) }), {}).verdict;
    expect(bad?.passed).toBe(false);
    expect(bad?.failures.map(({ metric }) => metric)).toContain('ndcgLoss');
  });

  test('is not judged by the vectors of the original, which it need not give', () => {
    const { verdict } = judgedAlternative(alternative('static'), {});
    expect(verdict?.failures).toEqual([]);
    expect(verdict?.notMeasured).not.toContain('cosineMean');
  });

  test('with NaN is refused, whatever it reaches', () => {
    const { likeness } = alternative('static');
    const broken = { ...likeness, nonFinite: { original: 0, candidate: 1 } };
    const { verdict } = judgedAlternative(alternative('static', { likeness: broken }), {});
    expect(verdict?.failures.map(({ metric }) => metric)).toEqual(['nonFinite']);
  });

  test('that is an encoder has a verdict only where a gate is asked for', () => {
    expect(judgedAlternative(alternative('encoder'), {}).verdict).toBeUndefined();
    const asked = judgedAlternative(alternative('encoder'), { gate: gatePresets.static });
    expect(asked.verdict).toMatchObject({ gate: 'static', passed: true });
  });
});
