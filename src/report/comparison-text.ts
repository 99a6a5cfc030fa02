import { printable } from '../base/index.js';
import type { Comparison } from '../pipeline/index.js';
import { formatAlternatives } from './alternatives-text.js';
import { formatComparisons } from './evaluation-text.js';
import { conditions, likelyReason } from './evidence-text.js';
import { type Style, styleOf } from './style.js';
import { formatVariantTable, variantRows } from './variant-table.js';

/** Shows all variants of a model side by side, what the gate says against them, and which to take for what. */
export function formatComparison(comparison: Comparison, style: Style = styleOf(process.stdout)): string {
  const { evidences, alternatives, unusable } = comparison;
  const parts = unusable.map(({ name, why }) => `${style.paint('red', '✗')} ${printable(name)}: ${printable(why)}\n`);
  const others = formatAlternatives(evidences, alternatives, style);
  if (evidences.length === 0) {
    return [...parts, others, whichToTake(comparison, style)].join('');
  }
  const failures = evidences.flatMap((evidence) => {
    const { file, verdict } = evidence;
    const reason = likelyReason(evidence);
    return [
      ...(verdict?.failures ?? []).map(
        ({ message }) => `${style.paint('red', '✗')} ${printable(file.name)}: ${message}\n`,
      ),
      ...(verdict?.undecided ?? []).map(
        ({ message }) => `${style.paint('yellow', '?')} ${printable(file.name)}: ${message}\n`,
      ),
      ...(reason === undefined ? [] : [`  ${reason}\n`]),
    ];
  });
  const tasks = evidences
    .filter(({ tasks }) => tasks !== undefined && tasks.length > 0)
    .map((evidence) => {
      const main = evidence.tasks?.filter((task) => task.main) ?? [];
      return `\n${style.paint('bold', printable(evidence.file.name))}\n${formatComparisons(main, style)}`;
    });
  return [
    formatVariantTable(variantRows(evidences), style),
    `\n${conditions(evidences)}\n`,
    ...parts,
    ...failures,
    ...tasks,
    ...(others === '' ? [] : ['\n', others]),
    whichToTake(comparison, style),
  ].join('');
}

function whichToTake({ evidences, alternatives, recommendations }: Comparison, style: Style): string {
  // With one variant there is nothing to choose from.
  if (
    evidences.length + alternatives.length < 2 &&
    recommendations.every(({ use }) => use !== 'search in two passes')
  ) {
    return '';
  }
  const uses = recommendations.map(({ use, variant, reason }) => {
    const name = variant === undefined ? 'none' : style.paint('bold', printable(variant));
    return `  ${use}: ${name} (${reason})\n`;
  });
  return uses.length === 0 ? '' : ['\nWhich one to take\n', ...uses].join('');
}
