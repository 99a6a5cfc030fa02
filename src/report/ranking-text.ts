import { printable } from '../base/index.js';
import type { RankedText } from '../rerank/index.js';
import { type Style, styleOf } from './style.js';
import { cutToColumns } from './wrap.js';

/** Shows texts from the best to the worst, a line each, cut to the width of the terminal. */
export function formatRanking(ranked: readonly RankedText[], style: Style = styleOf(process.stdout)): string {
  const scores = ranked.map(({ score }) => score.toFixed(4));
  const widest = scores.reduce((most, { length }) => Math.max(most, length), 0);
  const rankWidth = String(ranked.length).length;
  const lines = ranked.map(({ text }, i) => {
    const lead = `${String(i + 1).padStart(rankWidth)}  ${scores[i].padStart(widest)}  `;
    const room = Math.max(10, style.columns - lead.length);
    return `${style.paint('dim', lead)}${cutToColumns(printable(text).replace(/\s+/g, ' '), room)}\n`;
  });
  return lines.join('');
}
