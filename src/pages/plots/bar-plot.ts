import { scaleLinear } from 'd3-scale';
import type { Spread } from '../../benchmark/index.js';
import { html, type Markup } from '../markup.js';
import { horizontalRange, plotWidth, rounded } from './plot.js';
import { seriesClass } from './series-plot.js';

export interface Bar {
  readonly name: string;
  readonly value: Spread;
  /** What stands behind the name: "212 texts/s". */
  readonly text: string;
}

const rowHeight = 44;
const axisHeight = 38;
const left = 8;

/** Draws lying bars from nothing on, one below the other, with a whisker from the lowest to the highest round. */
export function barPlot(description: string, label: string, bars: readonly Bar[]): Markup {
  const most = Math.max(...bars.map(({ value }) => value.high));
  const x = scaleLinear([0, most > 0 ? most * 1.02 : 1], [left, horizontalRange[1]]);
  const bottom = bars.length * rowHeight + 4;
  const rows = bars.map(({ name, value, text }, i) => {
    const top = i * rowHeight + 20;
    const middle = top + 9;
    const whisker =
      value.low === value.high
        ? undefined
        : html`<line class="whisker" x1="${rounded(x(value.low))}" x2="${rounded(x(value.high))}" y1="${middle}" y2="${middle}"/>`;
    return html`<text x="${left}" y="${top - 5}">${shortName(name)}: ${text}</text><rect class="bar ${seriesClass(i)}" x="${left}" y="${top}" width="${rounded(Math.max(1, x(value.median) - left))}" height="18"/>${whisker}`;
  });
  const ticks = x
    .ticks(4)
    .map(
      (value) =>
        html`<line class="axis" x1="${rounded(x(value))}" x2="${rounded(x(value))}" y1="${bottom}" y2="${bottom + 4}"/><text class="tick" x="${rounded(x(value))}" y="${bottom + 16}" text-anchor="middle">${value.toLocaleString('en-US')}</text>`,
    );
  return html`<svg viewBox="0 0 ${plotWidth} ${bottom + axisHeight}" role="img" aria-label="${description}"><line class="axis" x1="${left}" x2="${horizontalRange[1]}" y1="${bottom}" y2="${bottom}"/>${ticks}${rows}<text x="${(left + horizontalRange[1]) / 2}" y="${bottom + 32}" text-anchor="middle">${label}</text></svg>`;
}

function shortName(name: string): string {
  return name.length <= 28 ? name : `${name.slice(0, 13)}…${name.slice(-14)}`;
}
