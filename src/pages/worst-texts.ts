import { formatFigure } from '../base/index.js';
import type { Evidence, Neighbour } from '../evaluate/index.js';
import { html, type Markup } from './markup.js';
import { type Cell, table } from './table.js';

/**
 * Draws the texts whose vectors changed most, and the nearest text before and after.
 *
 * @param open shown at once; else behind a line that opens it
 */
export function worstTexts(name: string, { fidelity }: Evidence, open: boolean): Markup {
  const { worst, cosine } = fidelity;
  const rows = worst.map(({ index, text, cosine, neighboursBefore, neighboursAfter }): (Cell | string)[] => {
    const [before, after] = [neighboursBefore[0], neighboursAfter[0]];
    const same = before !== undefined && before.index === after?.index;
    return [
      formatFigure(cosine, 4),
      { content: text ?? `text ${index}`, kind: 'text' },
      { content: nearest(before), kind: 'text' },
      {
        content: same
          ? html`<span class="faint">the same, ${formatFigure(after.similarity, 3)}</span>`
          : nearest(after),
        kind: 'text',
      },
    ];
  });
  const body = table(
    `Lowest cosines of ${name}`,
    ['cosine', 'text', 'nearest text before', 'nearest text after'],
    rows,
  );
  return open
    ? body
    : html`<details><summary>${name}: ${worst.length === 1 ? '1 text' : `${worst.length} texts`}, lowest cosine ${formatFigure(cosine.min, 4)}</summary>${body}</details>`;
}

function nearest(neighbour: Neighbour | undefined): Markup | string {
  if (neighbour === undefined) {
    return '–';
  }
  const { index, text, similarity } = neighbour;
  return html`<small>${formatFigure(similarity, 3)} ${text ?? `text ${index}`}</small>`;
}
