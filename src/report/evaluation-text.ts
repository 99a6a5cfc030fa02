import { formatFigure, printable } from '../base/index.js';
import type { Evaluation } from '../pipeline/index.js';
import type { TaskComparison, TaskResult } from '../tasks/index.js';
import { type Style, styleOf } from './style.js';
import { formatTable } from './text-table.js';

/** Shows what a model reached in tasks, and whether its differences from the original are more than noise. */
export function formatEvaluation(evaluation: Evaluation, style: Style = styleOf(process.stdout)): string {
  const { results, comparisons } = evaluation;
  if (comparisons === undefined) {
    return formatResults(results, style);
  }
  const note = 'Intervals hold 95 % of the differences when items are drawn anew (paired bootstrap, 1,000 draws).';
  return `${formatComparisons(comparisons, style)}\n${note}\n`;
}

function formatResults(results: readonly TaskResult[], style: Style): string {
  const cells = results.flatMap(({ task, metrics, deviations, mainMetric }) =>
    Object.entries(metrics).map(([metric, value]) => [
      printable(task),
      metric === mainMetric ? style.paint('bold', metric) : metric,
      formatFigure(value, 4),
      deviations?.[metric] === undefined ? '–' : `±${formatFigure(deviations[metric], 4)}`,
    ]),
  );
  return formatTable([['task', 'metric', 'figure', 'deviation'], ...cells], style);
}

/** Shows tasks' figures of original and candidate side by side. */
export function formatComparisons(comparisons: readonly TaskComparison[], style: Style): string {
  const cells = comparisons.map((comparison) => [
    taskName(comparison),
    comparison.main ? style.paint('bold', comparison.metric) : comparison.metric,
    withDeviation(comparison.original, comparison.deviations?.original),
    withDeviation(comparison.candidate, comparison.deviations?.candidate),
    signed(comparison.difference),
    comparison.interval?.map(signed).join(' … ') ?? '–',
    finding(comparison, style),
  ]);
  return formatTable([['task', 'metric', 'original', 'candidate', 'difference', '95 %', 'finding'], ...cells], style);
}

/** Writes a figure with the standard deviation over the seeds: "0.8006 ±0.0123"; without one where a task is not random. */
export function withDeviation(figure: number, deviation: number | undefined): string {
  const behind = deviation === undefined ? '' : ` ±${formatFigure(deviation, 4)}`;
  return `${formatFigure(figure, 4)}${behind}`;
}

/** Returns the task, and whether only its queries are the candidate's. */
export function taskName({ task, asymmetric }: TaskComparison): string {
  return asymmetric ? `${printable(task)}, old index` : printable(task);
}

/** Writes a number with its sign, and 0 and what is no number without: "−0.0031". */
export function signed(value: number): string {
  const digits = Math.abs(value).toFixed(4);
  if (Number(digits) === 0 || Number.isNaN(value)) {
    return digits;
  }
  return `${value < 0 ? '−' : '+'}${digits}`;
}

function finding({ finding }: TaskComparison, style: Style): string {
  const colours = { 'a loss': 'red', 'a gain': 'green', 'within noise': 'dim' } as const;
  return finding === undefined ? '–' : style.paint(colours[finding], finding);
}
