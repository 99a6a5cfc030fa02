import type { Evidence } from '../evaluate/index.js';
import { shortVariantNames, signed, taskName, withDeviation } from '../report/index.js';
import type { TaskComparison } from '../tasks/index.js';
import { html, type Markup } from './markup.js';
import { taskPlot, taskReach } from './plots/task-plot.js';
import { type Cell, table } from './table.js';

/** Draws the differences in tasks, a figure for each variant; undefined where no task was measured. */
export function taskSection(evidences: readonly Evidence[]): Markup | undefined {
  const names = shortVariantNames(evidences);
  const reach = taskReach(evidences.flatMap(({ tasks = [] }) => tasks));
  const figures = evidences.flatMap(({ tasks = [] }, i) =>
    tasks.length === 0 ? [] : [taskFigure(names[i], tasks, reach, evidences.length === 1)],
  );
  if (figures.length === 0) {
    return undefined;
  }
  return html`<h2>Tasks</h2>
<p>Dot: the variant's figure minus the original's. Line: 95 % of the differences when items are drawn anew, the same ones for both models (paired bootstrap). A line that crosses the middle is within noise.</p>
<div class="grid">${figures}</div>`;
}

/**
 * Draws the figures of a task.
 *
 * @param alone there is room for the table beside the plot
 */
export function taskFigure(name: string, tasks: readonly TaskComparison[], reach: number, alone: boolean): Markup {
  const headings = ['task', 'original', 'variant', 'difference', '95 % of draws', 'finding'];
  const figures = table(name, headings, tasks.map(taskRow));
  const plot = taskPlot(tasks, reach);
  return alone
    ? html`<figure class="panel pair"><div>${plot}</div><div>${figures}</div></figure>`
    : html`<figure class="panel"><h3>${name}</h3>${plot}<details><summary>Figures</summary>${figures}</details></figure>`;
}

function taskRow(comparison: TaskComparison): (Cell | string)[] {
  return [
    `${taskName(comparison)}, ${comparison.metric}`,
    withDeviation(comparison.original, comparison.deviations?.original),
    withDeviation(comparison.candidate, comparison.deviations?.candidate),
    signed(comparison.difference),
    comparison.interval?.map(signed).join(' … ') ?? '–',
    { content: comparison.finding ?? '–', kind: 'word' },
  ];
}
