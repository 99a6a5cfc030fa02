import { html, type Markup } from './markup.js';

/** Sizes in units of the picture; a picture is at least as many pixels wide as a phone shows. */
export const plotWidth = 340;
export const plotHeight = 240;
export const margins = { left: 52, right: 20, top: 12, bottom: 38 };

/** What the axes need of a scale of d3. */
export interface AxisScale {
  (value: number): number;
  ticks(count?: number): number[];
  tickFormat(count?: number): (value: number) => string;
}

/** An axis's scale and what it measures. */
export interface Axis {
  readonly scale: AxisScale;
  readonly label: string;
  readonly ticks?: number;
  readonly format?: (value: number) => string;
}

/** The pixels of a plot's area: where a horizontal and a vertical scale end. */
export const horizontalRange = [margins.left, plotWidth - margins.right] as const;
export const verticalRange = [plotHeight - margins.bottom, margins.top] as const;

/** A picture with two axes and whatever is drawn between them; `description` is what is read aloud. */
export function plot(description: string, x: Axis, y: Axis, marks: Markup | readonly Markup[]): Markup {
  const [left, right] = horizontalRange;
  const [bottom, top] = verticalRange;
  const xTicks = ticksOf(x).map(
    ([position, text]) =>
      html`<line class="axis" x1="${position}" x2="${position}" y1="${bottom}" y2="${bottom + 4}"/><text class="tick" x="${position}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
  );
  const yTicks = ticksOf(y).map(
    ([position, text]) =>
      html`<line class="axis" x1="${left}" x2="${right}" y1="${position}" y2="${position}"/><text class="tick" x="${left - 6}" y="${position + 4}" text-anchor="end">${text}</text>`,
  );
  return html`<svg viewBox="0 0 ${plotWidth} ${plotHeight}" role="img" aria-label="${description}">${yTicks}${xTicks}<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/><text x="${(left + right) / 2}" y="${plotHeight - 4}" text-anchor="middle">${x.label}</text><text transform="rotate(-90)" x="${-(top + bottom) / 2}" y="11" text-anchor="middle">${y.label}</text>${marks}</svg>`;
}

function ticksOf({ scale, ticks = 5, format }: Axis): [number, string][] {
  const shown = format ?? scale.tickFormat(ticks);
  // A logarithmic scale leaves out the text of ticks that would not fit.
  return scale
    .ticks(ticks)
    .map((value): [number, string] => [rounded(scale(value)), shown(value)])
    .filter(([, text]) => text !== '');
}

/** To the hundredth of a unit: what a picture can show. */
export function rounded(position: number): number {
  return Math.round(position * 100) / 100;
}
