import { scaleLinear } from 'd3-scale';
import { signed, taskName } from '../../report/index.js';
import type { TaskComparison } from '../../tasks/index.js';
import { html, type Markup } from '../markup.js';
import { horizontalRange, plotWidth, rounded } from './plot.js';

const rowHeight = 34;
const axisHeight = 34;
const classes = { 'a loss': 'bad', 'a gain': 'good', 'within noise': '' } as const;

/** Returns the largest difference or end of an interval, which all plots beside each other reach to. */
export function taskReach(comparisons: readonly TaskComparison[]): number {
  const ends = comparisons.flatMap(({ difference, interval }) => [difference, ...(interval ?? [])]);
  return Math.max(0.005, ...ends.filter((value) => !Number.isNaN(value)).map(Math.abs));
}

/**
 * Draws differences in tasks with their intervals, one below the other, around the line of no change.
 *
 * @param reach of the axis, to either side
 */
export function taskPlot(comparisons: readonly TaskComparison[], reach: number): Markup {
  const x = scaleLinear([-reach, reach], [12, horizontalRange[1]]).nice();
  const bottom = comparisons.length * rowHeight + 8;
  const rows = comparisons.map((comparison, i) => {
    const { metric, difference, interval, finding } = comparison;
    const y = i * rowHeight + 26;
    const kind = finding === undefined ? '' : classes[finding];
    const found = finding === undefined ? '' : `, ${finding}`;
    const span =
      interval?.some(Number.isNaN) === false
        ? html`<line class="span ${kind}" x1="${rounded(x(interval[0]))}" x2="${rounded(x(interval[1]))}" y1="${y}" y2="${y}"/>`
        : undefined;
    const dot = Number.isNaN(difference)
      ? undefined
      : html`<circle class="mark ${kind}" cx="${rounded(x(difference))}" cy="${y}" r="4"/>`;
    return html`<text x="4" y="${y - 11}">${taskName(comparison)}, ${metric}: ${signed(difference)}${found}</text>${span}${dot}`;
  });
  const tickText = x.tickFormat(4, '+');
  const ticks = x
    .ticks(4)
    .map(
      (value) =>
        html`<text class="tick" x="${rounded(x(value))}" y="${bottom + 18}" text-anchor="middle">${value === 0 ? '0' : tickText(value)}</text>`,
    );
  const description = `Differences in tasks, candidate less original: ${comparisons
    .map(
      (comparison) =>
        `${taskName(comparison)} ${comparison.metric} ${signed(comparison.difference)} ${comparison.finding ?? ''}`,
    )
    .join('; ')}`;
  return html`<svg viewBox="0 0 ${plotWidth} ${bottom + axisHeight}" role="img" aria-label="${description}"><line class="guide" x1="${x(0)}" x2="${x(0)}" y1="0" y2="${bottom}"/><line class="axis" x1="12" x2="${horizontalRange[1]}" y1="${bottom}" y2="${bottom}"/>${ticks}${rows}</svg>`;
}
