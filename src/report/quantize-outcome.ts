import { formatBytes, formatDuration, formatFigure, printable } from '../base/index.js';
import type { BatchEffect } from '../evaluate/index.js';
import type { QuantizeOutcome, VariantOutcome } from '../pipeline/index.js';
import { conditions, formatVerdict } from './evidence-text.js';
import { formatSearch } from './search-text.js';
import { quoted, shortPath } from './shell-words.js';
import { type Style, styleOf } from './style.js';
import { formatVariantTable, variantRows } from './variant-table.js';

/**
 * Shows what the main job made: the table, then for each variant its verdict and where it stands, then what to try
 * next.
 */
export function formatQuantizeOutcome(outcome: QuantizeOutcome, style: Style = styleOf(process.stdout)): string {
  const evidences = outcome.variants.map(({ evidence }) => evidence);
  return [
    formatVariantTable(variantRows(evidences), style),
    `\n${conditions(evidences)}\n`,
    ...outcome.variants.map((variant) => `\n${formatVariant(variant, outcome, style)}`),
    ...outcome.failures.map(
      ({ method, error }) => `\n${style.paint('red', '✗')} ${method} failed: ${printable(error.message)}\n`,
    ),
    outcome.choice === undefined
      ? ''
      : `\nChosen below ${formatBytes(outcome.choice.maxSize)}: ${printable(outcome.choice.reason)}.\n`,
    formatNextSteps(outcome, style),
  ].join('');
}

function formatVariant(variant: VariantOutcome, outcome: QuantizeOutcome, style: Style): string {
  const { method, path, published, evidence, notes, sensitivity } = variant;
  const place = published ? shortPath(path) : `not written (${whyNot(variant, outcome)})`;
  const facts = variantFacts(variant, outcome).map(
    ([name, fact]) => `  ${style.paint('dim', name.padEnd(15))} ${fact}\n`,
  );
  return [
    `${style.paint('bold', method)}: ${place}\n`,
    ...facts,
    ...notes.map((note) => `  note: ${printable(note)}\n`),
    evidence.verdict ? formatVerdict(evidence.verdict, style) : '',
    sensitivity?.findings ? `\n${formatSearch(sensitivity.findings, style)}` : '',
  ].join('');
}

function whyNot({ evidence, method }: VariantOutcome, { choice }: QuantizeOutcome): string {
  return choice === undefined || (evidence.verdict?.passed === false && choice.chosen !== method)
    ? '`force` writes what the gate refuses'
    : `${choice.chosen} was chosen`;
}

/** Lists what one variant came from, what it became and what that took. */
function variantFacts(variant: VariantOutcome, outcome: QuantizeOutcome): (readonly [string, string])[] {
  const { file, original, fidelity } = variant.evidence;
  const saved = original.bytes - file.bytes;
  const inFull = original.fp32Bytes === undefined ? '' : ` (${formatBytes(original.fp32Bytes)} in FP32)`;
  const { cosine, neighbours } = fidelity;
  const figures = [
    `cosine mean ${formatFigure(cosine.mean, 4)}`,
    `p1 ${formatFigure(cosine.p1, 4)}`,
    `min ${formatFigure(cosine.min, 4)}`,
    `top-${neighbours.k} overlap ${formatFigure(neighbours.topKOverlap, 3)}`,
  ];
  return [
    ['input', printable(shortPath(outcome.originalPath))],
    ['output', variant.published ? printable(shortPath(variant.path)) : 'none'],
    ['mode', variant.method],
    ['original size', `${formatBytes(original.bytes)}${inFull}`],
    ['quantized size', formatBytes(file.bytes)],
    ['reduction', `${((100 * saved) / original.bytes).toFixed(1)} %`],
    ['saved', `${saved < 0 ? '−' : ''}${formatBytes(Math.abs(saved))}`],
    ['quality', figures.join(', ')],
    ['batches', batchFact(variant.evidence.batchEffect)],
    ['time', `${formatDuration(variant.seconds)} to quantize, ${formatDuration(outcome.seconds)} in all`],
  ];
}

/** Cosines that differ from 1 by less are a matter of the last bits. */
const sameVector = 1e-5;

function batchFact(effect: BatchEffect | undefined): string {
  if (effect === undefined) {
    return 'not measured';
  }
  const { mean, min } = effect.cosine;
  return 1 - min < sameVector
    ? "a text's vector is the same alone and in a batch"
    : `a text alone and in a batch: cosine mean ${formatFigure(mean, 4)}, min ${formatFigure(min, 4)}`;
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
