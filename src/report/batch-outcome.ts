import { basename, resolve } from 'node:path';
import { formatBytes, formatCount, formatDuration, formatFigure, printable } from '../base/index.js';
import type { BatchItem, BatchOutcome } from '../pipeline/index.js';
import { type Style, styleOf } from './style.js';
import { formatTable } from './text-table.js';
import { verdictWord } from './variant-table.js';

/**
 * Shows what became of a whole folder: a row for each variant, the reasons of what went wrong, and what was saved in
 * all.
 */
export function formatBatchOutcome(outcome: BatchOutcome, style: Style = styleOf(process.stdout)): string {
  const { items, variants, unreadable } = outcome;
  const rows = items.map((item) => cellsOf(item, outcome, style));
  const head = ['model', 'to', 'before', 'after', 'saved', 'cos p1', 'verdict', 'result'];
  const troubles = items.filter(({ reason }) => reason !== undefined);
  return [
    items.length === 0 ? '' : formatTable([head, ...rows], style),
    troubles.length === 0 ? '' : `\n${troubles.map((item) => troubleLine(item, outcome, style)).join('')}`,
    unreadable.map(({ path, why }) => unreadableLine(path, why, style)).join(''),
    `\n${summary(outcome)}\n`,
    variants.length === 0
      ? ''
      : `${formatCount(variants.length)} ${variants.length === 1 ? 'file is a variant' : 'files are variants'} by name: left alone.\n`,
  ].join('');
}

function cellsOf(item: BatchItem, outcome: BatchOutcome, style: Style): string[] {
  const { evidence, method, status, seconds } = item;
  const name = shownName(item, outcome);
  if (evidence === undefined) {
    return [name, method, '–', '–', '–', '–', '–', status];
  }
  const { original, file, fidelity, verdict } = evidence;
  const saved = (100 * (original.bytes - file.bytes)) / original.bytes;
  return [
    name,
    method,
    formatBytes(original.bytes),
    formatBytes(file.bytes),
    `${saved.toFixed(0)} %`,
    formatFigure(fidelity.cosine.p1, 4),
    verdict === undefined ? '–' : verdictWord(verdict, style),
    status === 'made' ? `made in ${formatDuration(seconds)}` : status,
  ];
}

function troubleLine(item: BatchItem, outcome: BatchOutcome, style: Style): string {
  const mark = item.status === 'skipped' ? style.paint('dim', '–') : style.paint('red', '✗');
  return `  ${mark} ${shownName(item, outcome)} (${item.method}) ${item.status}: ${printable(item.reason ?? '')}\n`;
}

function unreadableLine(path: string, why: string, style: Style): string {
  return `  ${style.paint('red', '!')} ${printable(path)} could not be looked into: ${printable(why)}\n`;
}

/** Says how much less the variants take than their originals. */
function totalSaved(items: readonly BatchItem[]): string {
  const there = items.filter(({ status }) => status === 'made' || status === 'up to date');
  const evidences = there.flatMap(({ evidence }) => evidence ?? []);
  const sum = (bytes: readonly number[]): number => bytes.reduce((total, one) => total + one, 0);
  const before = sum(evidences.map(({ original }) => original.bytes));
  const saved = before - sum(evidences.map(({ file }) => file.bytes));
  return saved > 0
    ? ` Saved ${formatBytes(saved)} of ${formatBytes(before)} (${((100 * saved) / before).toFixed(0)} %).`
    : '';
}

function summary({ items, seconds }: BatchOutcome): string {
  const statuses = ['made', 'up to date', 'refused', 'skipped', 'failed'] as const;
  const counts = statuses
    .map((status) => [items.filter((item) => item.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${formatCount(count)} ${status}`);
  const what = counts.length === 0 ? 'No model to quantize' : counts.join(', ');
  return `${what}; ${formatDuration(seconds)}.${totalSaved(items)}`;
}

/** "models--org--name/snapshots/0123…" of the hub's cache. */
const cached = /(?:^|\/)models--([^/]+)\/snapshots\/([^/]+)(\/.*)?$/;
const longestName = 44;

/** Names a model as the hub does where the folder is its cache; not too long for a table. */
function shownName({ model }: BatchItem, { folder }: BatchOutcome): string {
  const way = model === '.' ? basename(resolve(folder)) : model;
  const [, repository, , inside = ''] = cached.exec(way) ?? [];
  const name = printable(repository === undefined ? way : repository.replace('--', '/') + inside);
  return name.length <= longestName ? name : `…${name.slice(1 - longestName)}`;
}
