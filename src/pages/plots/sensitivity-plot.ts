import { scaleLog } from 'd3-scale';
import type { KnownSensitivity } from '../../pipeline/index.js';
import { layerTable } from '../layer-table.js';
import { html, type Markup } from '../markup.js';
import { table } from '../table.js';
import { horizontalRange, plotWidth, powerOfTen, rounded } from './plot.js';
import { spreadLabels } from './spread-labels.js';

const rowHeight = 46;
const characterWidth = 6.5;
const axisHeight = 40;
/** Less is no loss that anything could measure. */
const smallestLoss = 1e-7;

/**
 * Shows what it costs to quantize each role of a model's layers alone, one row a role, one dot a precision; below it
 * what each layer costs.
 */
export function sensitivityFigure(name: string, { roles, parts }: KnownSensitivity): Markup {
  const shown = roles.map(({ role, distance }) => ({
    role,
    marks: Object.entries(distance).map(([precision, loss]) => ({ precision, loss: Math.max(smallestLoss, loss) })),
  }));
  const losses = shown.flatMap(({ marks }) => marks.map(({ loss }) => loss));
  const x = scaleLog([Math.min(1e-4, ...losses) / 2, Math.max(1e-3, ...losses) * 2], [12, horizontalRange[1]]);
  const bottom = shown.length * rowHeight + 8;
  const rows = shown.map(({ role, marks }, i) => {
    const y = i * rowHeight + 22;
    const sorted = marks.toSorted((a, b) => a.loss - b.loss);
    const labels = sorted.map(({ precision, loss }) => ({ middle: x(loss), width: characterWidth * precision.length }));
    const middles = spreadLabels(labels, 4, horizontalRange[1]);
    const dots = sorted.map(
      ({ precision, loss }, mark) =>
        html`<circle class="mark" cx="${rounded(x(loss))}" cy="${y}" r="4"/><text class="tick" x="${rounded(middles[mark])}" y="${y + 16}" text-anchor="middle">${precision}</text>`,
    );
    return html`<text x="4" y="${y - 11}">${role}</text><line class="axis" x1="12" x2="${horizontalRange[1]}" y1="${y}" y2="${y}"/>${dots}`;
  });
  const ticks = x
    .ticks(3)
    .map((value): [number, string] => [value, powerOfTen(value)])
    .filter(([, text]) => text !== '')
    .map(
      ([value, text]) =>
        html`<text class="tick" x="${rounded(x(value))}" y="${bottom + 16}" text-anchor="middle">${text}</text>`,
    );
  const description = `What quantizing each role alone costs in ${name}, as 1 − mean cosine: ${shown
    .map(({ role, marks }) => `${role} ${marks.map((m) => `${m.precision} ${m.loss.toPrecision(2)}`).join(', ')}`)
    .join('; ')}`;
  const picture = html`<svg viewBox="0 0 ${plotWidth} ${bottom + axisHeight}" role="img" aria-label="${description}">${rows}${ticks}<text x="${plotWidth / 2}" y="${bottom + 34}" text-anchor="middle">1 − mean cosine, this role alone quantized</text></svg>`;
  return html`<figure class="panel"><h3>${name}</h3>${picture}${layerTable(name, parts)}<details><summary>Figures of each part</summary>${partTable(name, parts)}</details></figure>`;
}

function partTable(name: string, parts: KnownSensitivity['parts']): Markup {
  const rows = parts.map(({ id, role, chosen, distance }) => [
    id,
    { content: role, kind: 'word' } as const,
    { content: chosen, kind: 'word' } as const,
    { content: lossesAsText(distance), kind: 'text' } as const,
  ]);
  return table(`Parts of ${name}`, ['weight', 'role', 'chosen', '1 − cosine'], rows);
}

function lossesAsText(distance: KnownSensitivity['parts'][number]['distance']): string {
  return Object.entries(distance)
    .map(([precision, loss]) => `${precision} ${loss.toPrecision(2)}`)
    .join(', ');
}
