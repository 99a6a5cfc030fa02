import { formatBytes, formatCount, formatFigure } from '../base/index.js';
import { type Evidence, sizeReduction } from '../evaluate/index.js';
import type { Alternative, UnusableVariant } from '../pipeline/index.js';
import { alternativesTable, staticInWords } from './alternatives-table.js';
import { signed, taskName, withDeviation } from './evaluation-text.js';
import { conditions } from './evidence-text.js';

/**
 * Shows a section for a model card: what the variants are, how faithful they are, how that was found, and which could
 * not be measured.
 */
export function markdownSection(
  evidences: readonly Evidence[],
  unusable: readonly UnusableVariant[] = [],
  alternatives: readonly Alternative[] = [],
): string {
  const measured = evidences.length === 0 ? [] : measuredParts(evidences);
  const failed = unusable.length === 0 ? [] : [`Not measured:\n\n${unusable.map(unusableLine).join('\n')}\n`];
  return ['## Quantized variants\n', ...measured, ...alternativeParts(evidences, alternatives), ...failed].join('\n');
}

function alternativeParts(evidences: readonly Evidence[], alternatives: readonly Alternative[]): string[] {
  if (alternatives.length === 0) {
    return [];
  }
  const { headings, rows } = alternativesTable(evidences, alternatives);
  const cells = rows.map(({ cells: figures, verdict }) => [
    ...figures.map(cell),
    verdict === undefined ? '–' : `${verdict.passed ? 'pass' : '**fail**'} (${cell(verdict.gate)})`,
  ]);
  return [
    '### Models of another kind\n',
    table([...headings, 'gate'], cells),
    ...alternatives
      .filter(({ kind }) => kind === 'static')
      .map((alternative) => `${staticInWords(alternative).map(cell).join(' ')}\n`),
  ];
}

function unusableLine({ name, why }: UnusableVariant): string {
  return `- \`${cell(name)}\`: ${cell(why)}`;
}

function measuredParts(evidences: readonly Evidence[]): string[] {
  const [{ original, tool }] = evidences;
  const rows = evidences.map((evidence) => {
    const { file, fidelity, run, verdict } = evidence;
    return [
      `\`${cell(file.name)}\``,
      formatBytes(file.bytes),
      `${sizeReduction(evidence).toFixed(1)}×`,
      formatFigure(fidelity.cosine.mean, 4),
      formatFigure(fidelity.cosine.p1, 4),
      formatFigure(fidelity.cosine.min, 4),
      formatFigure(fidelity.similarity.spearman, 4),
      formatFigure(fidelity.neighbours.topKOverlap, 3),
      run?.textsPerSecond === undefined ? '–' : formatCount(run.textsPerSecond),
      verdict === undefined ? '–' : `${verdict.passed ? 'pass' : '**fail**'} (${cell(verdict.gate)})`,
    ];
  });
  const k = evidences[0].fidelity.neighbours.k;
  const headings = ['file', 'size', 'smaller', 'cosine mean', 'p1', 'min', 'Spearman', `top-${k}`, 'texts/s', 'gate'];
  return [
    `Made from \`${cell(original.name)}\` (${original.precision}, ${formatBytes(original.bytes)}) and compared with it by ${tool}.\n`,
    table(headings, rows),
    `${conditions(evidences)} Cosine: between the two vectors of a text. Spearman: of the similarities of all pairs of texts. ` +
      `Top-${k}: share of the ${k} nearest texts that stay the same.\n`,
    ...evidences.flatMap(taskTable),
    `${evidences.map(recipeLine).join('\n')}\n`,
  ];
}

function taskTable({ file, tasks = [] }: Evidence): string[] {
  if (tasks.length === 0) {
    return [];
  }
  const rows = tasks.map((task) => [
    cell(taskName(task)),
    task.metric,
    withDeviation(task.original, task.deviations?.original),
    withDeviation(task.candidate, task.deviations?.candidate),
    task.interval === undefined
      ? signed(task.difference)
      : `${signed(task.difference)} (${task.interval.map(signed).join(' … ')})`,
    task.finding ?? '–',
  ]);
  const headings = ['task', 'metric', 'original', 'candidate', 'difference (95 %)', 'finding'];
  return [`### \`${cell(file.name)}\` in tasks\n`, table(headings, rows)];
}

function recipeLine({ file, recipe }: Evidence): string {
  const made = recipe === undefined ? '' : `; recipe \`${JSON.stringify(recipe).replaceAll('`', "'")}\``;
  return `- \`${cell(file.name)}\`: SHA-256 \`${file.sha256}\`${made}`;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = headings.map((_, i) => (i === 0 ? '---' : '---:'));
  return `${[headings, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** Escapes text so that it does not end its cell. */
function cell(text: string): string {
  return text.replace(/[|`\n\r]/g, ' ');
}
