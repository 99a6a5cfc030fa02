import { distinctEnds, formatBytes, formatCount, formatFigure } from '../base/index.js';
import { type Evidence, type Fidelity, type RunFigures, sizeReduction, type Verdict } from '../evaluate/index.js';
import type { Style } from './style.js';
import { formatTable } from './text-table.js';

/** What is shown of one variant, or of the original, in a row of its own. */
export interface VariantRow {
  readonly name: string;
  readonly bytes: number;
  /** Times smaller than the original in FP32. */
  readonly sizeReduction?: number;
  /** Missing for the original. */
  readonly fidelity?: Fidelity;
  readonly run?: RunFigures;
  readonly verdict?: Verdict;
}

/** Returns the original and its variants: all evidence must be of the same original. */
export function variantRows(evidences: readonly Evidence[]): VariantRow[] {
  const { original, originalRun } = evidences[0];
  const names = shortVariantNames(evidences);
  return [
    {
      ...{ name: `original (${original.precision})`, bytes: original.bytes, run: originalRun },
      sizeReduction: sizeReduction({ file: original, original }),
    },
    ...evidences.map((evidence, i) => ({
      name: names[i],
      bytes: evidence.file.bytes,
      sizeReduction: sizeReduction(evidence),
      fidelity: evidence.fidelity,
      run: evidence.run,
      verdict: evidence.verdict,
    })),
  ];
}

/**
 * Shortens names of variants: "onnx/model_int8.onnx (native)" → "model_int8 (native)", with as much of the folders as
 * tells them apart.
 */
export function shortVariantNames(evidences: readonly Pick<Evidence, 'file'>[]): string[] {
  return distinctEnds(evidences.map(({ file }) => file.name)).map((name) => name.replace(/\.onnx(?= \(|$)/, ''));
}

/** Shows size, quality, speed, memory and verdict side by side. Columns without any figure are left out. */
export function formatVariantTable(rows: readonly VariantRow[], style: Style): string {
  const neighbours = rows.find((row) => row.fidelity)?.fidelity?.neighbours.k ?? 10;
  const columns: Record<string, (row: VariantRow) => string | undefined> = {
    variant: (row) => row.name,
    size: (row) => formatBytes(row.bytes),
    'FP32 ÷ size': (row) => shown(row.sizeReduction, (times) => `${times.toFixed(1)}×`),
    'cos mean': (row) => row.fidelity && formatFigure(row.fidelity.cosine.mean, 4),
    p1: (row) => row.fidelity && formatFigure(row.fidelity.cosine.p1, 4),
    min: (row) => row.fidelity && formatFigure(row.fidelity.cosine.min, 4),
    L2: (row) => row.fidelity && formatFigure(row.fidelity.l2.mean, 3),
    Spearman: (row) => row.fidelity && formatFigure(row.fidelity.similarity.spearman, 4),
    [`top-${neighbours}`]: (row) => row.fidelity && formatFigure(row.fidelity.neighbours.topKOverlap, 3),
    'texts/s': (row) => shown(row.run?.textsPerSecond, formatCount),
    'peak RSS': (row) => shown(row.run?.peakBytes, formatBytes),
    verdict: (row) => row.verdict && verdictWord(row.verdict, style),
  };
  const kept = Object.entries(columns).filter(([, cell]) => rows.some((row) => cell(row) !== undefined));
  const cells = rows.map((row) => kept.map(([, cell]) => cell(row) ?? '–'));
  return formatTable([kept.map(([heading]) => heading), ...cells], style);
}

function shown(figure: number | undefined, format: (figure: number) => string): string | undefined {
  return figure === undefined ? undefined : format(figure);
}

/** Writes a verdict as a coloured word. */
export function verdictWord(verdict: Verdict, style: Style): string {
  return verdict.passed ? style.paint('green', 'pass') : style.paint(['red', 'bold'], 'FAIL');
}
