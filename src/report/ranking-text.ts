import { printable } from '../base/index.js';
import type { RankedText } from '../rerank/index.js';
import { type Style, styleOf } from './style.js';

/** Texts from the best to the worst, a line each, cut to the width of the terminal. */
export function formatRanking(ranked: readonly RankedText[], style: Style = styleOf(process.stdout)): string {
  const scores = ranked.map(({ score }) => score.toFixed(4));
  const widest = Math.max(...scores.map(({ length }) => length));
  const rankWidth = String(ranked.length).length;
  const lines = ranked.map(({ text }, i) => {
    const lead = `${String(i + 1).padStart(rankWidth)}  ${scores[i].padStart(widest)}  `;
    const characters = Array.from(printable(text).replace(/\s+/g, ' '));
    const room = Math.max(10, style.columns - lead.length);
    const shown = characters.length <= room ? characters.join('') : `${characters.slice(0, room - 1).join('')}…`;
    return `${style.paint('dim', lead)}${shown}\n`;
  });
  return lines.join('');
}
