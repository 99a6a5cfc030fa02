import { counted, formatBytes, printable } from '../base/index.js';
import type { ListedModel, ListedVariant } from '../registry/index.js';
import { plainStyle, type Style } from './style.js';
import { formatTable } from './text-table.js';

/** Formats the models on a machine as a table, a line for each. */
export function formatModels(models: readonly ListedModel[], style: Style = plainStyle): string {
  if (models.length === 0) {
    return 'There are no models yet. "octavec pull sentence-transformers/all-MiniLM-L6-v2" fetches one.\n';
  }
  const rows = models.map((model) => [
    printable(model.id),
    model.revisions?.[0] ?? model.revision?.slice(0, 12) ?? '–',
    model.architecture ?? '–',
    shown(model.dimensions),
    shown(model.maxTokens),
    formatBytes(model.bytes),
    model.variants.map(variantWord).join(' ') || 'safetensors',
  ]);
  const total = models.reduce((sum, { bytes }) => sum + bytes, 0);
  const head = ['model', 'revision', 'architecture', 'dimensions', 'tokens', 'size', 'variants'];
  return `${formatTable([head, ...rows], style)}\n${counted(models.length, 'model')}, ${formatBytes(total)}\n`;
}

/** Formats everything that is known of a model, one fact a line. */
export function formatModel(model: ListedModel): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['model', model.id],
    ['folder', model.path],
    ['revision', model.revision],
    ['branches', model.revisions?.join(', ') || undefined],
    ['architecture', model.architecture],
    ['dimensions', model.dimensions?.toString()],
    ['tokens', model.maxTokens?.toString()],
    ['languages', model.languages?.join(', ')],
    ['licence', model.licence],
    ['size', formatBytes(model.bytes)],
  ];
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(14)}${value}`]));
  const variants = model.variants.map(
    ({ name, precision, bytes, verdict, date, path }) =>
      `  ${precision.padEnd(12)}${formatBytes(bytes).padStart(9)}  ${(verdict ?? 'not proven').padEnd(10)}  ${date.slice(0, 10)}  ${path}${name === undefined ? '' : `\n  ${''.padEnd(12)}${name}`}`,
  );
  return `${[...lines, ...variants].join('\n')}\n`;
}

/** Marks a variant: "int8 ✓" if it passed its gate, "q4 ✗" if it did not. */
function variantWord({ precision, verdict }: ListedVariant): string {
  const mark = verdict === undefined ? '' : verdict === 'passed' ? ' ✓' : ' ✗';
  return `${precision}${mark}`;
}

function shown(value: number | undefined): string {
  return value === undefined ? '–' : String(value);
}
