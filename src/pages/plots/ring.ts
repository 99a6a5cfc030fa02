import { hundredths } from '../gains.js';
import { html, type Markup } from '../markup.js';
import { rounded } from './plot.js';

const radius = 40;
const middle = 48;

/** Draws a share as a ring with its figure inside; nothing but the ring where it is not a number. */
export function ring(share: number, what: string, kind: 'good' | 'bad'): Markup {
  const shown = Number.isNaN(share) ? 0 : Math.max(0, Math.min(1, share));
  const around = 2 * Math.PI * radius;
  // Rounds down, as the headline does: 100 % means all.
  const figure = Number.isNaN(share) ? '–' : `${shown >= 0.9995 ? 100 : hundredths(shown)} %`;
  const circle = html`<circle class="ring-track" cx="${middle}" cy="${middle}" r="${radius}"/>`;
  const arc = html`<circle class="ring ${kind}" cx="${middle}" cy="${middle}" r="${radius}" stroke-dasharray="${rounded(shown * around)} ${rounded(around)}" transform="rotate(-90 ${middle} ${middle})"/>`;
  return html`<svg viewBox="0 0 96 96" role="img" aria-label="${`${what}: ${figure}, of the original's`}">${circle}${arc}<text x="${middle}" y="${middle + 6.5}" text-anchor="middle">${figure}</text></svg>`;
}
