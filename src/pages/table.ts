import { html, type Markup } from './markup.js';

/** A cell that is not a plain figure: a word, or a text that may be long. Both read from the left. */
export interface Cell {
  readonly content: Markup | string;
  readonly kind: 'word' | 'text';
}

/** Draws a table that becomes a list of entries where the page is narrow. The first cell of a row names the row. */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
): Markup {
  const body = rows.map(([name, ...cells]) => {
    const first = html`<th scope="row" class="${isShort(name) ? 'short' : 'long'}">${contentOf(name)}</th>`;
    const others = cells.map((cell, i) => {
      return html`<td class="${kindOf(cell)}" data-label="${headings[i + 1]}"><span>${contentOf(cell)}</span></td>`;
    });
    return html`<tr>${first}${others}</tr>`;
  });
  const head = headings.map(
    (heading, i) => html`<th scope="col" class="${kindOf(rows[0]?.[i] ?? '')}">${heading}</th>`,
  );
  return html`<table class="wide"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Tells whether a cell is short: short names stay on one line, long ones may break anywhere. */
function isShort(cell: Cell | string): boolean {
  return typeof cell === 'string' && cell.length <= 12;
}

function kindOf(cell: Cell | string): 'figure' | 'word' | 'text' {
  return typeof cell === 'string' ? 'figure' : cell.kind;
}

function contentOf(cell: Cell | string): Markup | string {
  return typeof cell === 'string' ? cell : cell.content;
}
