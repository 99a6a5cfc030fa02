import { printable } from '../base/index.js';
import type { Evidence } from '../evaluate/index.js';
import type { Alternative } from '../pipeline/index.js';
import { alternativesTable, staticInWords } from './alternatives-table.js';
import { formatComparisons } from './evaluation-text.js';
import { formatVerdict } from './evidence-text.js';
import type { Style } from './style.js';
import { formatTable } from './text-table.js';
import { verdictWord } from './variant-table.js';

/** Shows models of another kind beside the original and its variants, what the gate says of each, and what it is good for. */
export function formatAlternatives(
  evidences: readonly Evidence[],
  alternatives: readonly Alternative[],
  style: Style,
): string {
  if (alternatives.length === 0) {
    return '';
  }
  const { headings, rows } = alternativesTable(evidences, alternatives);
  const cells = rows.map(({ cells: figures, verdict }) => [
    ...figures.map(printable),
    verdict === undefined ? '–' : verdictWord(verdict, style),
  ]);
  return [
    formatTable([[...headings, 'verdict'], ...cells], style),
    ...alternatives.map((alternative) => ofOne(alternative, style)),
  ].join('');
}

function ofOne(alternative: Alternative, style: Style): string {
  const { file, kind, tasks, verdict, likeness } = alternative;
  const main = tasks.filter((task) => task.main);
  const order = `Similarities of ${likeness.texts} texts: Spearman ${likeness.spearman.toFixed(3)} to the original, ${(100 * likeness.topKOverlap).toFixed(0)} % of the ${likeness.k} nearest texts the same.\n`;
  return [
    `\n${style.paint('bold', printable(file.name))}${verdict === undefined ? '\n' : `: ${formatVerdict(verdict, style)}`}`,
    formatComparisons(main, style),
    order,
    ...(kind === 'static' ? staticInWords(alternative).map((line) => `${printable(line)}\n`) : []),
  ].join('');
}
