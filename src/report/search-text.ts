import { formatBytes, formatCount, formatFigure, printable } from '../base/index.js';
import type { CurvePoint, SearchFindings } from '../pipeline/index.js';
import type { Style } from './style.js';
import { formatTable } from './text-table.js';

/** Points of the curve that are shown; the file beside the variant has all. */
const shownPoints = 8;

/**
 * Shows what a search for a mix of precisions saw: what each role costs in each precision, what was chosen, and the
 * curve.
 */
export function formatSearch(findings: SearchFindings, style: Style): string {
  return [
    `${style.paint('bold', 'Sensitivity')} (mean of 1 − cosine with this part quantized alone, × 10⁻⁴)\n`,
    formatTable(roleCells(findings), style),
    `\n${style.paint('bold', `Least ${findings.purpose === 'speed' ? 'time' : 'size'}`)} for an expected loss\n`,
    formatTable(curveCells(findings), style),
    `\n${style.paint('bold', 'Tried')} with the real model\n`,
    formatTable(triedCells(findings), style),
  ].join('');
}

function roleCells({ uniform, roles, parts }: SearchFindings): string[][] {
  const precisions = uniform.map(({ precision }) => precision);
  const rows = roles.map(({ role, parts: count, parameters, distance }) => {
    const own = parts.filter((part) => part.role === role);
    const counts = new Map<string, number>();
    for (const { chosen } of own) {
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
    }
    const chosen = [...counts].map(([precision, times]) => (own.length === 1 ? precision : `${times} × ${precision}`));
    return [
      printable(role),
      formatCount(count),
      formatCount(parameters),
      ...precisions.map((precision) => tenThousandths(distance[precision])),
      chosen.join(', '),
    ];
  });
  const all = uniform.map(({ distance }) => tenThousandths(distance));
  const total = roles.reduce((sum, { parameters }) => sum + parameters, 0);
  return [
    ['part', 'count', 'weights', ...precisions, 'chosen'],
    ...rows,
    ['all', formatCount(parts.length), formatCount(total), ...all, '–'],
  ];
}

function curveCells({ curve, purpose }: SearchFindings): string[][] {
  const share = Math.max(1, curve.length / shownPoints);
  const shown = curve.filter((_, i) => Math.floor(i / share) !== Math.floor((i - 1) / share) || i === curve.length - 1);
  const timed = purpose === 'speed';
  return [
    ['expected loss', 'size', ...(timed ? ['more seconds'] : []), 'weights by precision'],
    ...shown.map((point) => [
      tenThousandths(point.expectedDistance),
      formatBytes(point.bytes),
      ...(timed ? [formatFigure(point.seconds, 3)] : []),
      sharesOf(point),
    ]),
  ];
}

function sharesOf({ parameters }: CurvePoint): string {
  const total = Object.values(parameters).reduce((sum, count) => sum + count, 0);
  return Object.entries(parameters)
    .map(([precision, count]) => `${precision} ${Math.round((100 * count) / total)} %`)
    .join(', ');
}

function triedCells({ tried }: SearchFindings): string[][] {
  return [
    ['size', 'expected loss', 'cos mean', 'p1', 'min', 'top-10', 'p1 of cuttings', 'used of the target'],
    ...tried.map((mix) => [
      formatBytes(mix.bytes),
      tenThousandths(mix.expectedDistance),
      formatFigure(mix.cosineMean ?? undefined, 4),
      formatFigure(mix.cosineP1 ?? undefined, 4),
      formatFigure(mix.cosineMin ?? undefined, 4),
      formatFigure(mix.overlap ?? undefined, 3),
      formatFigure(mix.cuttingsP1 ?? undefined, 4),
      mix.usedAllowance === null ? '–' : `${(100 * mix.usedAllowance).toFixed(0)} %`,
    ]),
  ];
}

function tenThousandths(distance: number | undefined): string {
  return formatFigure(distance === undefined ? undefined : distance * 1e4, 2);
}
