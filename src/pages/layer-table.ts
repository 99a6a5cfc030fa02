import { scaleLog } from 'd3-scale';
import type { KnownSensitivity } from '../pipeline/index.js';
import { html, type Markup } from './markup.js';

type Part = KnownSensitivity['parts'][number];

/** Less is no loss that anything could measure. */
const smallestLoss = 1e-7;

/**
 * Shows what each layer costs in each role, the darker the more, with what was chosen for it: the layers down, the
 * roles across. Roles that not every layer has (tables of words) are left to the list of parts; undefined where there
 * are no layers.
 */
export function layerTable(name: string, parts: readonly Part[]): Markup | undefined {
  const names = [...new Set(parts.map(({ role }) => role))];
  const roles = names.map((role) => [role, parts.filter((part) => part.role === role)] as const);
  const layers = Math.max(...roles.map(([, own]) => own.length));
  const columns = roles.filter(([, own]) => own.length === layers);
  const precision = (['int8', 'q4'] as const).find((known) => parts.every(({ distance }) => known in distance));
  if (layers < 2 || precision === undefined) {
    return undefined;
  }
  const lossOf = (part: Part) => part.distance[precision] ?? 0;
  const losses = columns.flatMap(([, own]) => own.map((part) => Math.max(smallestLoss, lossOf(part))));
  const shade = scaleLog([Math.min(...losses), Math.max(...losses, 2 * Math.min(...losses))], [0, 0.55]).clamp(true);
  const rows = Array.from({ length: layers }, (_, layer) => {
    const cells = columns.map(([, own]) => {
      const part = own[layer];
      const strength = shade(Math.max(smallestLoss, lossOf(part))).toFixed(2);
      const figure = tenThousandths(lossOf(part), part.measured.includes(precision));
      return html`<td style="--strength: ${strength}">${figure} <small>${part.chosen}</small></td>`;
    });
    return html`<tr><th scope="row">${layer + 1}</th>${cells}</tr>`;
  });
  const headings = columns.map(([role]) => html`<th scope="col"><span>${role}</span></th>`);
  const caption = `Layers of ${name}: 1 − mean cosine × 10⁻⁴ with this weight alone in ${precision}, and the precision that was chosen. ≈: a share of what was measured of its role.`;
  return html`<table class="heat"><caption>${caption}</caption><thead><tr><th scope="col"><span>layer</span></th>${headings}</tr></thead><tbody>${rows}</tbody></table>`;
}

/** Formats a loss with two digits, without a power: 0.000123 → "1.2". */
function tenThousandths(loss: number, measured: boolean): string {
  const value = loss * 1e4;
  if (value < 0.01) {
    return '<0.01';
  }
  const digits = value >= 9.95 ? 0 : value >= 0.095 ? 1 : 2;
  return `${measured ? '' : '≈'}${value.toFixed(digits)}`;
}
