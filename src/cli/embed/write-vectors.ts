import { counted, OctavecError } from '../../base/index.js';
import {
  type EmbedToFileOptions,
  type EmbedToFileOutcome,
  embedToFile,
  needsRanges,
  readRanges,
  type StoredType,
  writeRanges,
} from '../../bulk/index.js';
import type { Embedder, VectorRanges } from '../../embed/index.js';
import type { TextSource } from '../../texts/index.js';
import { printNote } from '../print-note.js';

/** Flags that say what vectors are written, and where. */
interface VectorFlags {
  readonly type: StoredType;
  /** A file, read where it is there, else written. */
  readonly ranges?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/**
 * Reads the ranges of a file where the numbers need some; undefined for a file that is to be written.
 *
 * @throws FILE_NOT_FOUND, and what `readRanges` throws
 */
export async function givenRanges(
  { type, ranges: path, out }: VectorFlags,
  dimensions: number,
): Promise<VectorRanges | undefined> {
  if (!needsRanges(type) || path === undefined) {
    return undefined;
  }
  const ranges = await readRanges(path, dimensions);
  if (ranges === undefined && out === undefined) {
    throw new OctavecError('FILE_NOT_FOUND', { path, what: 'The ranges' });
  }
  return ranges;
}

/** With fewer texts the ranges say little of others. */
const textsForRanges = 100;

/** Writes to a file, and says what was done. */
export function writeVectors({ ranges: rangesPath, json }: VectorFlags, out: string, isLoud: boolean) {
  return async (embedder: Embedder, source: TextSource, settings: EmbedToFileOptions): Promise<EmbedToFileOutcome> => {
    const start = performance.now();
    const outcome = await embedToFile(embedder, source, out, settings);
    const { ranges, skipped, ...facts } = outcome;
    if (ranges !== undefined && settings.ranges === undefined) {
      if (rangesPath !== undefined) {
        await writeRanges(rangesPath, ranges);
      }
      if (outcome.texts < textsForRanges || rangesPath === undefined) {
        const few = outcome.texts < textsForRanges ? `only ${counted(outcome.texts, 'text')}` : 'the first texts';
        const keep = rangesPath === undefined ? '; --ranges keeps them, so that other vectors can be compared' : '';
        printNote(`the ranges of the ${outcome.type} numbers are those of ${few}${keep}`);
      }
    }
    const seconds = (performance.now() - start) / 1000;
    if (json) {
      process.stdout.write(`${JSON.stringify({ ...facts, skipped: skipped.length, seconds })}\n`);
    } else if (isLoud) {
      const { texts, resumedAt } = outcome;
      const before = resumedAt > 0 ? `, ${resumedAt} of them earlier` : '';
      process.stderr.write(`\r\x1b[2K${out}: ${counted(texts, 'text')}${before}, ${seconds.toFixed(1)} s\n`);
    }
    return outcome;
  };
}
