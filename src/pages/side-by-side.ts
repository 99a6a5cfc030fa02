import { formatBytes, formatCount, formatFigure } from '../base/index.js';
import { type Evidence, sizeReduction } from '../evaluate/index.js';
import { shortVariantNames, taskName } from '../report/index.js';
import type { TaskComparison } from '../tasks/index.js';
import { html, type Markup } from './markup.js';
import { type Cell, table } from './table.js';

/**
 * Draws the original and its variants in a row each: verdict, size, quality, speed, memory; and the main figure of
 * every task, in a table of their own, for one would be wider than a page.
 */
export function sideBySide(evidences: readonly Evidence[]): Markup {
  return html`${variantTable(evidences)}${taskTable(evidences)}`;
}

function variantTable(evidences: readonly Evidence[]): Markup {
  const [{ original, originalRun, fidelity }] = evidences;
  const headings = [
    'variant',
    'verdict',
    'size',
    'times smaller',
    'cosine mean',
    'cosine p1',
    'cosine lowest',
    'L2 mean',
    'Spearman',
    `${fidelity.neighbours.k} neighbours kept`,
    'texts/s',
    'peak memory',
  ];
  const first = [
    'original',
    word('–'),
    originalSize(original),
    ...Array<string>(7).fill('–'),
    ...runCells(originalRun),
  ];
  const names = shortVariantNames(evidences);
  const rows = evidences.map((evidence, i) => {
    const { file, fidelity } = evidence;
    return [
      names[i],
      word(verdictWord(evidence)),
      formatBytes(file.bytes),
      sizeReduction(evidence).toFixed(1),
      formatFigure(fidelity.cosine.mean, 4),
      formatFigure(fidelity.cosine.p1, 4),
      formatFigure(fidelity.cosine.min, 4),
      formatFigure(fidelity.l2.mean, 4),
      formatFigure(fidelity.similarity.spearman, 4),
      formatFigure(fidelity.neighbours.topKOverlap, 3),
      ...runCells(evidence.run),
    ];
  });
  return table('Original and variants', headings, [first, ...rows]);
}

function taskTable(evidences: readonly Evidence[]): Markup | undefined {
  const tasks = mainFigures(evidences);
  if (tasks.length === 0) {
    return undefined;
  }
  const first = ['original', word('–'), ...tasks.map(({ original }) => formatFigure(original, 4))];
  const names = shortVariantNames(evidences);
  const rows = evidences.map((evidence, i) => {
    const own = new Map(mainTasks(evidence).map((task) => [headingOf(task), task.candidate]));
    return [names[i], word(verdictWord(evidence)), ...tasks.map(({ heading }) => formatFigure(own.get(heading), 4))];
  });
  const headings = ['variant', 'verdict', ...tasks.map(({ heading }) => heading)];
  return table('Main figures of tasks', headings, [first, ...rows]);
}

/** Lists the main figures of tasks, with what the original reaches. */
function mainFigures(evidences: readonly Evidence[]): { readonly heading: string; readonly original: number }[] {
  const figures = new Map(
    evidences.flatMap(mainTasks).map((task): [string, number] => [headingOf(task), task.original]),
  );
  return [...figures].map(([heading, original]) => ({ heading, original }));
}

function mainTasks({ tasks = [] }: Evidence): TaskComparison[] {
  return tasks.filter(({ main, asymmetric }) => main && !asymmetric);
}

function headingOf(task: TaskComparison): string {
  return `${taskName(task)}, ${task.metric}`;
}

/**
 * Describes the size of the original. "Times smaller" counts from FP32, so that size is given where the file itself
 * stores less.
 */
function originalSize({ bytes, fp32Bytes = bytes }: Evidence['original']): string {
  return fp32Bytes === bytes ? formatBytes(bytes) : `${formatBytes(bytes)} (${formatBytes(fp32Bytes)} in FP32)`;
}

function runCells(run: Evidence['run']): string[] {
  return [
    run?.textsPerSecond === undefined ? '–' : formatCount(run.textsPerSecond),
    run?.peakBytes === undefined ? '–' : formatBytes(run.peakBytes),
  ];
}

export function verdictWord({ verdict }: Pick<Evidence, 'verdict'>): Markup | string {
  if (verdict === undefined) {
    return '–';
  }
  return verdict.passed ? html`<span class="pass">✓ pass</span>` : html`<span class="fail">✗ fail</span>`;
}

function word(content: Markup | string): Cell {
  return { content, kind: 'word' };
}
