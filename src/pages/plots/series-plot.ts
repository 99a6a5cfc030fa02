import { scaleLinear, scaleLog, scalePoint } from 'd3-scale';
import type { Spread } from '../../benchmark/index.js';
import { html, type Markup } from '../markup.js';
import { type AxisScale, horizontalRange, plot, rounded, verticalRange } from './plot.js';

/** One of several things that are compared: the place in the list decides its colour. */
export interface Series {
  readonly name: string;
  /** At the same steps for all series; undefined where nothing was measured. */
  readonly values: readonly (Spread | undefined)[];
}

/** How many colours the style sheet has. */
const colours = 6;

/** Returns the CSS class of a series. */
export function seriesClass(index: number): string {
  return `s${index % colours}`;
}

/** Shows what the colours mean. */
export function legend(names: readonly string[]): Markup {
  return html`<ul class="legend">${names.map((name, i) => html`<li class="${seriesClass(i)}">${name}</li>`)}</ul>`;
}

/**
 * Draws lines over a few steps, with the lowest and highest round at each.
 *
 * @param steps names of the places on the horizontal axis
 */
export function seriesPlot(
  description: string,
  steps: readonly string[],
  labels: { readonly x: string; readonly y: string },
  series: readonly Series[],
  logarithmic: boolean,
): Markup {
  const places = scalePoint<number>()
    .domain(steps.map((_, i) => i))
    .range([...horizontalRange])
    .padding(0.5);
  const x = Object.assign((step: number) => places(step) ?? 0, {
    ticks: () => steps.map((_, i) => i),
    tickFormat: () => (step: number) => steps[step],
  });
  const y = verticalScale(series, logarithmic);
  const lines = series.map(({ values }, index) => {
    const kind = seriesClass(index);
    const points = values.flatMap((value, step) => (value === undefined ? [] : [{ step, value }]));
    const path = points.map(({ step, value }) => `${rounded(x(step))},${rounded(y(value.median))}`).join(' ');
    // Side by side, so that one does not hide the others.
    const shift = (index - (series.length - 1) / 2) * 3;
    const marks = points.map(({ step, value }) => {
      const at = rounded(x(step) + shift);
      return html`<line class="error ${kind}" x1="${at}" x2="${at}" y1="${rounded(y(value.low))}" y2="${rounded(y(value.high))}"/><circle class="point ${kind}" cx="${at}" cy="${rounded(y(value.median))}" r="3"/>`;
    });
    return html`<polyline class="line ${kind}" points="${path}"/>${marks}`;
  });
  return plot(
    description,
    { scale: x, label: labels.x },
    { scale: y, label: labels.y, ticks: 4, format: logarithmic ? plainTick(y) : undefined },
    lines,
  );
}

function verticalScale(series: readonly Series[], logarithmic: boolean): AxisScale {
  const all = series.flatMap(({ values }) => values.flatMap((value) => (value ? [value.low, value.high] : [])));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return logarithmic
    ? scaleLog([least / 1.3, most * 1.3], [...verticalRange])
    : scaleLinear([0, most * 1.08], [...verticalRange]).nice();
}

/** Labels 1, 2 and 5 of each power of ten on a logarithmic axis, or powers alone where there are many. */
function plainTick(scale: AxisScale): (value: number) => string {
  const ticks = scale.ticks();
  const powers = Math.log10(ticks[ticks.length - 1] / ticks[0]);
  const named = powers > 2 ? [1] : powers > 0.7 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  return (value) => {
    const digit = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
    return named.includes(digit) ? value.toLocaleString('en-US') : '';
  };
}
