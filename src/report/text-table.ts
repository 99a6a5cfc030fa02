import { type Style, visibleLength } from './style.js';

/** A table as plain cells; the first row holds the headings, the first column the names of the rows. */
export type Cells = readonly (readonly string[])[];

const gap = '  ';

/**
 * Aligns a table in lines: the first column to the left, figures to the right. A table that is wider than the terminal
 * is turned round, so that its many columns become lines.
 */
export function formatTable(cells: Cells, style: Style): string {
  const lines = layOut(cells);
  const wide = Math.max(...lines.map(visibleLength)) > style.columns;
  const [head, ...body] = wide ? layOut(turned(cells)) : lines;
  return [style.paint('bold', head), ...body].map((line) => `${line}\n`).join('');
}

function layOut(cells: Cells): string[] {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => visibleLength(row[column]))));
  return cells.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(widths[column] - visibleLength(cell));
        return column === 0 ? cell + space : space + cell;
      })
      .join(gap)
      .trimEnd(),
  );
}

function turned(cells: Cells): string[][] {
  return cells[0].map((_, column) => cells.map((row) => row[column]));
}
