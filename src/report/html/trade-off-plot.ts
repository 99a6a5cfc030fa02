import { scaleLinear, scaleLog, scaleSqrt } from 'd3-scale';
import type { Evidence } from '../../evaluate/index.js';
import { shortVariantNames } from '../variant-table.js';
import { html, type Markup } from './markup.js';
import { type Box, placeLabel } from './place-label.js';
import { broadFrame, type Frame, narrowFrame, plot, powerOfTen, rounded } from './plot.js';

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

/**
 * Size against loss, the area of a dot for its speed; dots of passed variants that no other passed one beats have a
 * ring. One picture for a page and one for a phone, of which the style sheet shows one.
 */
export function tradeOffFigure(evidences: readonly Evidence[]): Markup {
  const points = pointsOf(evidences);
  const shown = points.filter(({ loss }) => !Number.isNaN(loss));
  const missing = points.filter(({ loss }) => Number.isNaN(loss)).map(({ name }) => name);
  const note = missing.length === 0 ? '' : ` Not shown, for vectors that are not finite: ${missing.join(', ')}.`;
  const pictures =
    shown.length === 0
      ? undefined
      : html`<div class="broad">${tradeOffPlot(shown, broadFrame)}</div><div class="narrow">${tradeOffPlot(shown, narrowFrame)}</div>`;
  return html`<figure class="panel">
${pictures}
<figcaption>Farther left is smaller, farther down is more faithful, a larger dot is faster. Ringed: passes its gate, and no other that does is at least as good in all three. Red: refused by the gate. The figures are in the table above.${note}</figcaption>
</figure>`;
}

function pointsOf(evidences: readonly Evidence[]): Point[] {
  const names = shortVariantNames(evidences);
  return evidences.map(({ file, fidelity, run, verdict }, i) => ({
    name: names[i],
    megabytes: file.bytes / 1e6,
    loss: Math.max(smallestLoss, 1 - fidelity.cosine.mean),
    speed: run?.textsPerSecond,
    passed: verdict?.passed ?? true,
  }));
}

function tradeOffPlot(points: readonly Point[], frame: Frame): Markup {
  const x = scaleLinear([0, 1.15 * Math.max(...points.map(({ megabytes }) => megabytes))], frame.horizontal).nice();
  const losses = points.map(({ loss }) => loss);
  const y = scaleLog([Math.min(1e-5, ...losses) / 3, Math.max(1e-2, ...losses) * 3], frame.vertical);
  const radius = scaleSqrt([0, Math.max(1, ...points.map(({ speed }) => speed ?? 0))], [3, 8]);
  const dots = points.map((point) => ({
    point,
    cx: rounded(x(point.megabytes)),
    cy: rounded(y(point.loss)),
    r: rounded(point.speed === undefined ? 4 : radius(point.speed)),
  }));
  const taken: Box[] = dots.map(({ cx, cy, r }) => ({ left: cx - r, right: cx + r, top: cy - r, bottom: cy + r }));
  const marks = dots.map(({ point, cx, cy, r }) => {
    const kind = `mark${point.passed ? '' : ' bad'}${point.passed && !isBeaten(point, points) ? ' front' : ''}`;
    const name = frame === narrowFrame ? shortName(point.name) : point.name;
    const label = placeLabel(name, cx, cy, r, taken, frame);
    return html`<circle class="${kind}" cx="${cx}" cy="${cy}" r="${r}" fill-opacity="0.8"/><text x="${rounded(label.x)}" y="${rounded(label.y)}" text-anchor="${label.anchor}">${name}</text>`;
  });
  const description = `Size and loss of ${points.length} variants: ${points
    .map(({ name, megabytes, loss }) => `${name} ${megabytes.toFixed(1)} MB, loss ${loss.toPrecision(2)}`)
    .join('; ')}`;
  return plot(
    description,
    { scale: x, label: 'size, MB', ticks: 5 },
    { scale: y, label: '1 − mean cosine', ticks: 4, format: powerOfTen },
    marks,
    frame,
  );
}

/** A long name without its middle, so that it fits beside its dot. */
function shortName(name: string): string {
  return name.length <= 20 ? name : `${name.slice(0, 10)}…${name.slice(-9)}`;
}

/** Whether another that passed is at least as small, as faithful and as fast, and better in one of these. */
function isBeaten(point: Point, among: readonly Point[]): boolean {
  const speed = (other: Point) => other.speed ?? 0;
  return among.some(
    (other) =>
      other.passed &&
      other.megabytes <= point.megabytes &&
      other.loss <= point.loss &&
      speed(other) >= speed(point) &&
      (other.megabytes < point.megabytes || other.loss < point.loss || speed(other) > speed(point)),
  );
}
