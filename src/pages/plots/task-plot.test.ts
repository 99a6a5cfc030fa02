import { describe, expect, test } from 'vitest';
import type { TaskComparison } from '../../tasks/index.js';
import { taskPlot, taskReach } from './task-plot.js';

const comparison = (difference: number, interval?: readonly [number, number], more: Partial<TaskComparison> = {}) =>
  ({
    ...{ task: 'toy', kind: 'sts', metric: 'spearman', main: true, original: 0.8, candidate: 0.8 + difference },
    ...{ difference, interval },
    ...more,
  }) as TaskComparison;

describe('how far the axis of tasks reaches', () => {
  test.each([
    [[], 0.005],
    [[comparison(0.001)], 0.005],
    [[comparison(-0.02)], 0.02],
    [[comparison(0.01, [-0.03, 0.02])], 0.03],
    [[comparison(Number.NaN, [Number.NaN, 0.5])], 0.5],
    [[comparison(Number.NaN)], 0.005],
  ])('%#', (comparisons, reach) => {
    expect(taskReach(comparisons)).toBe(reach);
  });
});

describe('differences in tasks', () => {
  const dotsIn = (text: string) => [...text.matchAll(/<circle class="mark ([^"]*)" cx="([^"]*)"/g)];
  const middleOf = (text: string) => Number(/class="guide" x1="([\d.]+)"/.exec(text)?.[1]);

  test('stand left of the middle for a loss, right of it for a gain', () => {
    const { text } = taskPlot(
      [
        comparison(-0.01, [-0.02, -0.001], { finding: 'a loss' }),
        comparison(0.01, [0.001, 0.02], { finding: 'a gain' }),
        comparison(0, [-0.01, 0.01], { finding: 'within noise' }),
      ],
      0.02,
    );
    const [loss, gain, same] = dotsIn(text);
    expect([loss[1], gain[1], same[1]]).toEqual(['bad', 'good', '']);
    expect(Number(loss[2])).toBeLessThan(middleOf(text));
    expect(Number(gain[2])).toBeGreaterThan(middleOf(text));
    expect(Number(same[2])).toBeCloseTo(middleOf(text), 1);
    expect(text.match(/class="span/g)).toHaveLength(3);
  });

  test('that are no numbers are named, and not drawn', () => {
    const { text } = taskPlot([comparison(Number.NaN, [Number.NaN, Number.NaN])], 0.01);
    expect(dotsIn(text)).toEqual([]);
    expect(text).not.toContain('class="span');
    expect(text).not.toMatch(/(cx|x1|x2)="NaN/);
  });

  test('names cannot become markup', () => {
    expect(taskPlot([comparison(0, undefined, { task: '<script>' })], 1).text).not.toContain('<script>');
  });
});
