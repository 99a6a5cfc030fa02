import { scaleLinear, scaleLog, scaleSqrt } from 'd3-scale';
import type { Evidence } from '../../evaluate/index.js';
import { shortVariantNames } from '../variant-table.js';
import { html, type Markup } from './markup.js';
import { type Box, placeLabel } from './place-label.js';
import { horizontalRange, plot, rounded, verticalRange } from './plot.js';

/** What is lost is shown down to here: less is no loss that anything could measure. */
const smallestLoss = 1e-6;

interface Point {
  readonly name: string;
  readonly megabytes: number;
  /** 1 − mean cosine */
  readonly loss: number;
  readonly speed?: number;
  readonly passed: boolean;
}

/** Size against loss, the area of a dot for its speed; dots that no other beats have a ring. */
export function tradeOffPlot(evidences: readonly Evidence[]): Markup {
  const names = shortVariantNames(evidences);
  const points: Point[] = evidences.map(({ file, fidelity, run, verdict }, i) => ({
    name: names[i],
    megabytes: file.bytes / 1e6,
    loss: Math.max(smallestLoss, 1 - fidelity.cosine.mean),
    speed: run?.textsPerSecond,
    passed: verdict?.passed ?? true,
  }));
  const shown = points.filter(({ loss }) => !Number.isNaN(loss));
  const x = scaleLinear([0, 1.15 * Math.max(...points.map(({ megabytes }) => megabytes))], horizontalRange).nice();
  const losses = shown.map(({ loss }) => loss);
  const y = scaleLog([Math.min(1e-5, ...losses) / 3, Math.max(1e-2, ...losses) * 3], verticalRange);
  const radius = scaleSqrt([0, Math.max(1, ...points.map(({ speed }) => speed ?? 0))], [4, 13]);
  const dots = shown.map((point) => ({
    point,
    cx: rounded(x(point.megabytes)),
    cy: rounded(y(point.loss)),
    r: rounded(point.speed === undefined ? 5 : radius(point.speed)),
  }));
  const taken: Box[] = dots.map(({ cx, cy, r }) => ({ left: cx - r, right: cx + r, top: cy - r, bottom: cy + r }));
  const marks = dots.map(({ point, cx, cy, r }) => {
    const kind = `mark${point.passed ? '' : ' bad'}${isBeaten(point, shown) ? '' : ' front'}`;
    const name = shortName(point.name);
    const label = placeLabel(name, cx, cy, r, taken);
    return html`<circle class="${kind}" cx="${cx}" cy="${cy}" r="${r}" fill-opacity="0.8"/><text x="${rounded(label.x)}" y="${rounded(label.y)}" text-anchor="${label.anchor}">${name}</text>`;
  });
  const description = `Size and loss of ${evidences.length} variants: ${points
    .map(({ name, megabytes, loss }) => `${name} ${megabytes.toFixed(1)} MB, loss ${loss.toPrecision(2)}`)
    .join('; ')}`;
  return plot(
    description,
    { scale: x, label: 'size, MB', ticks: 5 },
    { scale: y, label: '1 − mean cosine', ticks: 4, format: powerOfTen },
    marks,
  );
}

/** A long name without its middle, so that it fits beside its dot. */
function shortName(name: string): string {
  return name.length <= 20 ? name : `${name.slice(0, 10)}…${name.slice(-9)}`;
}

/** Whether another is at least as small, as faithful and as fast, and better in one of these. */
function isBeaten(point: Point, among: readonly Point[]): boolean {
  const speed = (other: Point) => other.speed ?? 0;
  return among.some(
    (other) =>
      other.megabytes <= point.megabytes &&
      other.loss <= point.loss &&
      speed(other) >= speed(point) &&
      (other.megabytes < point.megabytes || other.loss < point.loss || speed(other) > speed(point)),
  );
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Only whole powers are named on a logarithmic axis: 0.001 → "10⁻³". */
function powerOfTen(value: number): string {
  const exponent = Math.log10(value);
  const whole = Math.round(exponent);
  if (Math.abs(exponent - whole) > 1e-9) {
    return '';
  }
  const digits = Array.from(String(Math.abs(whole)), (digit) => superscripts[Number(digit)]).join('');
  return `10${whole < 0 ? '⁻' : ''}${digits}`;
}
