import { OctavecError, reasonOf } from '../base/index.js';
import type { VectorRanges } from '../embed/index.js';
import { readTextIfThere, writeOutputFile } from '../files/index.js';

/**
 * Reads ranges of dimensions from a file: `{"least": […], "greatest": […]}`.
 *
 * @returns undefined if there is no such file
 * @throws FILE_NOT_READABLE, RANGES_INVALID
 */
export async function readRanges(path: string, dimensions: number): Promise<VectorRanges | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) {
    return undefined;
  }
  const { parseRanges } = await import('./ranges-schema.js');
  try {
    const ranges = parseRanges(JSON.parse(text));
    if (ranges === undefined) {
      throw new TypeError('it does not hold the lists "least" and "greatest"');
    }
    const { least, greatest } = ranges;
    if (least.length !== dimensions || greatest.length !== dimensions) {
      throw new RangeError(`it has ranges of ${least.length} dimensions, and the vectors have ${dimensions}`);
    }
    return { least: Float32Array.from(least), greatest: Float32Array.from(greatest) };
  } catch (error) {
    throw new OctavecError('RANGES_INVALID', { path, why: reasonOf(error) }, error);
  }
}

/**
 * Writes the ranges of dimensions as JSON.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function writeRanges(path: string, { least, greatest }: VectorRanges): Promise<void> {
  await writeOutputFile(path, `${JSON.stringify({ least: Array.from(least), greatest: Array.from(greatest) })}\n`);
}
