import { html, type Markup } from '../markup.js';

/** Sizes in units of the picture; a picture is at least as many pixels wide as a phone shows. */
export const plotWidth = 340;
const plotHeight = 240;
const margins = { left: 52, right: 20, top: 12, bottom: 38 };

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

/** The area of a picture between its axes: where a horizontal and a vertical scale end. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly horizontal: readonly [number, number];
  readonly vertical: readonly [number, number];
}

function frame(width: number, height: number): Frame {
  return {
    width,
    height,
    horizontal: [margins.left, width - margins.right],
    vertical: [height - margins.bottom, margins.top],
  };
}

export const narrowFrame = frame(plotWidth, plotHeight);
/** For a picture that has the width of the page to itself. */
export const broadFrame = frame(1120, 420);

export const horizontalRange = narrowFrame.horizontal;
export const verticalRange = narrowFrame.vertical;

/** Draws a picture with two axes and whatever is drawn between them; `description` is what is read aloud. */
export function plot(
  description: string,
  x: Axis,
  y: Axis,
  marks: Markup | readonly Markup[],
  { width, height, horizontal, vertical }: Frame = narrowFrame,
): Markup {
  const [left, right] = horizontal;
  const [bottom, top] = vertical;
  const xTicks = ticksOf(x).map(
    ([position, text]) =>
      html`<line class="axis" x1="${position}" x2="${position}" y1="${bottom}" y2="${bottom + 4}"/><text class="tick" x="${position}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
  );
  const yTicks = ticksOf(y).map(
    ([position, text]) =>
      html`<line class="axis" x1="${left}" x2="${right}" y1="${position}" y2="${position}"/><text class="tick" x="${left - 6}" y="${position + 4}" text-anchor="end">${text}</text>`,
  );
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">${yTicks}${xTicks}<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/><text x="${(left + right) / 2}" y="${height - 4}" text-anchor="middle">${x.label}</text><text transform="rotate(-90)" x="${-(top + bottom) / 2}" y="11" text-anchor="middle">${y.label}</text>${marks}</svg>`;
}

function ticksOf({ scale, ticks = 5, format }: Axis): [number, string][] {
  const shown = format ?? scale.tickFormat(ticks);
  // A logarithmic scale leaves out the text of ticks that would not fit.
  return scale
    .ticks(ticks)
    .map((value): [number, string] => [rounded(scale(value)), shown(value)])
    .filter(([, text]) => text !== '');
}

/** Shows what stands in a plot that has nothing to show. */
export function emptyNote(text: string): Markup {
  const [left, right] = horizontalRange;
  return html`<text class="tick" x="${(left + right) / 2}" y="${plotHeight / 2}" text-anchor="middle">${text}</text>`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Names whole powers on a logarithmic axis, and nothing else: 0.001 → "10⁻³". */
export function powerOfTen(value: number): string {
  const exponent = Math.log10(value);
  const whole = Math.round(exponent);
  if (Math.abs(exponent - whole) > 1e-9) {
    return '';
  }
  const digits = Array.from(String(Math.abs(whole)), (digit) => superscripts[Number(digit)]).join('');
  return `10${whole < 0 ? '⁻' : ''}${digits}`;
}

/** Writes a share in percent, with a decimal where there is one: "99.5 %". */
export function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

/** Rounds to the hundredth of a unit: what a picture can show. */
export function rounded(position: number): number {
  return Math.round(position * 100) / 100;
}
