import { formatBytes, OctavecError } from '../base/index.js';
import type { DistillOptions, TablePrecision } from './distill-options.js';

/** What a table is kept in. */
export interface TableShape {
  readonly dimensions: number;
  readonly precision: TablePrecision;
}

const bytesPerNumber: Readonly<Record<TablePrecision, number>> = { fp32: 4, fp16: 2, int8: 1 };
const usualDimensions = 256;
/** Fewer say too little. */
const fewestDimensions = 32;

/**
 * Chooses length and precision of a table's rows so that it keeps to a size. It takes fewer bits first, which costs
 * nothing that can be measured, and only then shorter rows.
 *
 * @param tokens rows
 * @param width length of the teacher's vectors, the most that there can be
 * @throws USAGE
 */
export function tableShape(
  tokens: number,
  width: number,
  {
    dimensions: asked = Math.min(usualDimensions, width),
    precision,
    size,
  }: Pick<DistillOptions, 'dimensions' | 'precision' | 'size'>,
): TableShape {
  if (asked > width) {
    throw new OctavecError('USAGE', {
      problem: `${asked} dimensions were asked for, and the teacher's vectors have ${width}`,
      hint: `Ask for ${width} at most.`,
    });
  }
  if (size === undefined) {
    return { dimensions: asked, precision: precision ?? 'fp16' };
  }
  const bytesOf = ({ dimensions, precision: kept }: TableShape) =>
    tokens * (dimensions * bytesPerNumber[kept] + (kept === 'int8' ? 4 : 0));
  const choices: TablePrecision[] = precision === undefined ? ['fp16', 'int8'] : [precision];
  for (const kept of choices) {
    if (bytesOf({ dimensions: asked, precision: kept }) <= size) {
      return { dimensions: asked, precision: kept };
    }
  }
  const kept = precision ?? 'int8';
  const room = Math.floor((size / tokens - (kept === 'int8' ? 4 : 0)) / bytesPerNumber[kept]);
  const dimensions = room - (room % 8);
  const fewest = Math.min(fewestDimensions, asked);
  if (dimensions < fewest) {
    const least = bytesOf({ dimensions: fewest, precision: kept });
    throw new OctavecError('USAGE', {
      problem: `A table of ${formatBytes(size)} for ${tokens} tokens would have vectors of ${Math.max(0, room)} numbers`,
      hint: `Allow ${formatBytes(least)} at least (\`size\`), or take a teacher with a smaller vocabulary.`,
    });
  }
  return { dimensions, precision: kept };
}
