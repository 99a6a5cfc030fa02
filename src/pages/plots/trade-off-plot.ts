import { scaleLinear, scaleSqrt } from 'd3-scale';
import type { Evidence } from '../../evaluate/index.js';
import { shortVariantNames } from '../../report/index.js';
import { html, type Markup } from '../markup.js';
import { type Box, placeLabel } from './place-label.js';
import { broadFrame, type Frame, narrowFrame, percent, plot, rounded } from './plot.js';

interface Point {
  readonly name: string;
  readonly megabytes: number;
  /** Share of the nearest texts that stay the same; 1 for the original. */
  readonly kept: number;
  readonly speed?: number;
  readonly kind: 'original' | 'passed' | 'refused';
}

/**
 * Draws size against the search results that stay the same, with the original among its variants. One picture for a
 * page and one for a phone, of which the style sheet shows one.
 */
export function tradeOffFigure(evidences: readonly Evidence[]): Markup {
  const points = pointsOf(evidences);
  const missing = points.filter(({ kept }) => Number.isNaN(kept)).map(({ name }) => name);
  const note = missing.length === 0 ? '' : ` Not shown, because their vectors are not finite: ${missing.join(', ')}.`;
  return html`<figure class="panel">
<div class="broad">${tradeOffPlot(points, broadFrame)}</div><div class="narrow">${tradeOffPlot(points, narrowFrame)}</div>
<figcaption>Further left is smaller, higher up is closer to the original, a larger dot is faster. A ring marks a variant that no other one beats in all three. Red did not pass its gate.${note}</figcaption>
</figure>`;
}

/** Draws the picture alone, as small as a card. */
export function smallTradeOff(evidences: readonly Evidence[]): Markup {
  return tradeOffPlot(pointsOf(evidences), narrowFrame);
}

function pointsOf(evidences: readonly Evidence[]): Point[] {
  const [{ original, originalRun }] = evidences;
  const names = shortVariantNames(evidences);
  const first: Point = {
    name: 'original, FP32',
    megabytes: (original.fp32Bytes ?? original.bytes) / 1e6,
    kept: 1,
    speed: originalRun?.textsPerSecond,
    kind: 'original',
  };
  const variants = evidences.map(
    ({ file, fidelity, run, verdict }, i): Point => ({
      name: names[i],
      megabytes: file.bytes / 1e6,
      kept: fidelity.neighbours.topKOverlap,
      speed: run?.textsPerSecond,
      kind: verdict?.passed === false ? 'refused' : 'passed',
    }),
  );
  return [first, ...variants];
}

function tradeOffPlot(all: readonly Point[], frame: Frame): Markup {
  const points = all.filter(({ kept }) => !Number.isNaN(kept));
  const x = scaleLinear([0, 1.12 * Math.max(...points.map(({ megabytes }) => megabytes))], frame.horizontal);
  const lowest = lowestShown(points);
  const y = scaleLinear([lowest, 1 + 0.06 * (1 - lowest)], frame.vertical);
  const radius = scaleSqrt(
    [0, Math.max(1, ...points.map(({ speed }) => speed ?? 0))],
    [3, frame === narrowFrame ? 9 : 14],
  );
  const dots = points.map((point) => ({
    point,
    cx: rounded(x(point.megabytes)),
    cy: rounded(y(Math.max(lowest, point.kept))),
    r: rounded(point.speed === undefined ? 5 : radius(point.speed)),
  }));
  const taken: Box[] = dots.map(({ cx, cy, r }) => ({ left: cx - r, right: cx + r, top: cy - r, bottom: cy + r }));
  const marks = dots.map(({ point, cx, cy, r }) => {
    const name = labelOf(point, lowest, frame);
    const label = placeLabel(name, cx, cy, r, taken, frame);
    return html`<circle class="${classOf(point, points)}" cx="${cx}" cy="${cy}" r="${r}" fill-opacity="0.8"/><text x="${rounded(label.x)}" y="${rounded(label.y)}" text-anchor="${label.anchor}">${name}</text>`;
  });
  return plot(
    description(points),
    { scale: x, label: 'size, MB', ticks: 5 },
    { scale: y, label: 'search results kept', ticks: 5, format: (share) => (share > 1 ? '' : percent(share)) },
    marks,
    frame,
  );
}

function description(points: readonly Point[]): string {
  const parts = points.map(({ name, megabytes, kept, speed }) => {
    const fast = speed === undefined ? '' : `, ${Math.round(speed)} texts/s`;
    return `${name} ${megabytes.toFixed(1)} MB, ${percent(kept)} of search results kept${fast}`;
  });
  return `Size and quality: ${parts.join('; ')}`;
}

/** Returns where the axis begins: refused variants do not compress the others, but stand on the edge. */
function lowestShown(points: readonly Point[]): number {
  const passed = points.filter(({ kind }) => kind === 'passed');
  const lowest = Math.min(0.98, ...(passed.length > 0 ? passed : points).map(({ kept }) => kept));
  return Math.max(0, Math.floor(50 * (1 - 1.3 * (1 - lowest))) / 50);
}

function labelOf({ name, kept }: Point, lowest: number, frame: Frame): string {
  const shown = frame === narrowFrame && name.length > 20 ? `${name.slice(0, 10)}…${name.slice(-9)}` : name;
  return kept < lowest ? `${shown} ↓ ${percent(kept)}` : shown;
}

function classOf(point: Point, among: readonly Point[]): string {
  if (point.kind === 'original') {
    return 'mark origin';
  }
  return point.kind === 'refused' ? 'mark bad' : `mark${isBeaten(point, among) ? '' : ' front'}`;
}

/** Tells whether another variant that passed is at least as small, as close and as fast, and better in one of these. */
function isBeaten(point: Point, among: readonly Point[]): boolean {
  const speed = (other: Point) => other.speed ?? 0;
  return among.some(
    (other) =>
      other.kind === 'passed' &&
      other.megabytes <= point.megabytes &&
      other.kept >= point.kept &&
      speed(other) >= speed(point) &&
      (other.megabytes < point.megabytes || other.kept > point.kept || speed(other) > speed(point)),
  );
}
