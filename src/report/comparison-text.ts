import { printable } from '../base/index.js';
import type { Comparison } from '../pipeline/index.js';
import { formatComparisons } from './evaluation-text.js';
import { conditions, likelyReason } from './evidence-text.js';
import { type Style, styleOf } from './style.js';
import { formatVariantTable, variantRows } from './variant-table.js';

/** Shows all variants of a model side by side, what the gate says against them, and which to take for what. */
export function formatComparison(comparison: Comparison, style: Style = styleOf(process.stdout)): string {
  const { evidences, unusable, recommendations } = comparison;
  const parts = unusable.map(({ name, why }) => `${style.paint('red', '✗')} ${printable(name)}: ${printable(why)}\n`);
  if (evidences.length === 0) {
    return parts.join('');
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
  const uses = recommendations.map(({ use, variant, reason }) => {
    const name = variant === undefined ? 'none' : style.paint('bold', printable(variant));
    return `  ${use}: ${name} (${reason})\n`;
  });
  return [
    formatVariantTable(variantRows(evidences), style),
    `\n${conditions(evidences)}\n`,
    ...parts,
    ...failures,
    ...tasks,
    // With one variant there is nothing to choose from.
    ...(evidences.length > 1 ? ['\nWhich one to take\n', ...uses] : []),
  ].join('');
}
