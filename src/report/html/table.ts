import { html, type Markup } from './markup.js';

/** A cell: a figure or a word, or markup of its own. `text`: reads from the left. */
export interface Cell {
  readonly content: Markup | string;
  readonly text?: boolean;
}

/** A table that becomes a list of entries where the page is narrow. The first cell of a row names the row. */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
): Markup {
  const body = rows.map(([name, ...cells]) => {
    const first = html`<th scope="row">${contentOf(name)}</th>`;
    const others = cells.map((cell, i) => {
      const kind = typeof cell !== 'string' && cell.text ? 'text' : 'figure';
      return html`<td class="${kind}" data-label="${headings[i + 1]}"><span>${contentOf(cell)}</span></td>`;
    });
    return html`<tr>${first}${others}</tr>`;
  });
  const head = headings.map((heading) => html`<th scope="col">${heading}</th>`);
  return html`<table class="wide"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function contentOf(cell: Cell | string): Markup | string {
  return typeof cell === 'string' ? cell : cell.content;
}
