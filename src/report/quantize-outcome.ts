import { relative } from 'node:path';
import { printable } from '../base/index.js';
import type { QuantizeOutcome, VariantOutcome } from '../pipeline/index.js';
import { conditions, formatVerdict } from './evidence-text.js';
import { formatDuration } from './quantities.js';
import { type Style, styleOf } from './style.js';
import { formatVariantTable, variantRows } from './variant-table.js';

/** What the main job made: the table, then for each variant its verdict and where it stands, then what to try next. */
export function formatQuantizeOutcome(outcome: QuantizeOutcome, style: Style = styleOf(process.stdout)): string {
  const evidences = outcome.variants.map(({ evidence }) => evidence);
  return [
    formatVariantTable(variantRows(evidences), style),
    `\n${conditions(evidences[0])}\n`,
    ...outcome.variants.map((variant) => `\n${formatVariant(variant, style)}`),
    formatNextSteps(outcome, style),
  ].join('');
}

function formatVariant({ method, path, published, evidence, notes, seconds }: VariantOutcome, style: Style): string {
  const place = published ? shortPath(path) : 'not written (--force writes what the gate refuses)';
  return [
    `${style.paint('bold', method)}: ${place}, made in ${formatDuration(seconds)}\n`,
    ...notes.map((note) => `  note: ${printable(note)}\n`),
    evidence.verdict ? formatVerdict(evidence.verdict, style) : '',
  ].join('');
}

function formatNextSteps({ variants, originalPath }: QuantizeOutcome, style: Style): string {
  const made = variants.find(({ published }) => published);
  if (made === undefined) {
    return '';
  }
  const commands = [
    ['octavec embed', `${quoted(made.path)} "hello world"`],
    ['octavec verify', `${quoted(made.path)} --against ${quoted(originalPath)} --gate strict`],
    ['octavec quantize', '<your model folder or .onnx file> --to int8'],
  ];
  const lines = commands.map(([command, rest]) => `  npx ${style.paint('cyan', command)} ${rest}\n`);
  return `\nNext:\n${lines.join('')}`;
}

/** As it would be typed in this folder. */
function shortPath(path: string): string {
  const short = relative('', path);
  return short.startsWith('..') ? path : short;
}

function quoted(path: string): string {
  const short = shortPath(path);
  return /^[\w@%+=:,./-]+$/.test(short) ? short : `'${short.replaceAll("'", "'\\''")}'`;
}
