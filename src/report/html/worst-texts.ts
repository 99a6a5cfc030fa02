import { formatFigure } from '../../base/index.js';
import type { DamagedText, Evidence } from '../../evaluate/index.js';
import { html, type Markup } from './markup.js';
import { type Cell, table } from './table.js';

/** The texts whose vectors changed most, and what became of their neighbours. */
export function worstTexts({ file, fidelity }: Evidence): Markup {
  const { worst, cosine } = fidelity;
  const rows = worst.map(({ index, text, cosine, neighboursBefore, neighboursAfter }): (Cell | string)[] => [
    formatFigure(cosine, 4),
    { content: text ?? `text ${index}`, kind: 'text' },
    { content: neighbourList(neighboursBefore), kind: 'text' },
    { content: neighbourList(neighboursAfter), kind: 'text' },
  ]);
  const headings = ['cosine', 'text', 'nearest before', 'nearest after'];
  const summary = html`<summary>${file.name}: ${worst.length} texts, from ${formatFigure(cosine.min, 4)}</summary>`;
  return html`<details>${summary}${table(`Lowest cosines of ${file.name}`, headings, rows)}</details>`;
}

function neighbourList(neighbours: DamagedText['neighboursBefore']): Markup {
  const items = neighbours.map(
    ({ index, text, similarity }) =>
      html`<div><small>${formatFigure(similarity, 3)} ${text ?? `text ${index}`}</small></div>`,
  );
  return html`${items}`;
}
