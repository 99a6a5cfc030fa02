import { extname } from 'node:path';
import {
  checkCount,
  checkFlag,
  checkObject,
  checkOptions,
  counted,
  type Location,
  OctavecError,
  type OptionChecks,
  oneOf,
  pathOf,
  pickOptions,
  type TaskOptions,
  unlessCancelled,
} from '../base/index.js';
import {
  countedFrom,
  type Embedder,
  embedOptionChecks,
  type VectorOptions,
  type VectorRanges,
} from '../embed/index.js';
import { asOutputError } from '../files/index.js';
import type { TextSource } from '../texts/index.js';
import { CountedRecords } from './counted-records.js';
import { difference, type JobSettings, jobSettings } from './job-settings.js';
import type { Begun, Checkpoint } from './journal.js';
import { jsonlSink } from './jsonl-sink.js';
import { npySink } from './npy-sink.js';
import { PartialFile } from './partial-file.js';
import { RecordDigest, skipDone } from './record-digest.js';
import type { SkippedText } from './skipped-text.js';
import { type StoredType, storedTypes } from './stored-vectors.js';
import type { SinkTarget, VectorSink } from './vector-sink.js';
import { notesOf, rangesOfNotes, VectorWriter } from './vector-writer.js';

/** How `embedToFile` reads texts, embeds them and writes vectors. */
export interface EmbedToFileOptions extends VectorOptions, TaskOptions {
  /** How vectors are written; `float32` by default. `base64` is for .jsonl and .parquet. */
  readonly type?: StoredType;
  /** For `int8` and `uint8`: the ranges of the dimensions. By default those of the first 4,096 texts. */
  readonly ranges?: VectorRanges;
  /** Significant digits of float32 numbers in .jsonl, 1 to 9; the fewest that give the same float32 by default. */
  readonly digits?: number;
  /** Begin anew even if there is an unfinished file to go on with. */
  readonly restart?: boolean;
}

export const embedToFileOptionChecks: OptionChecks<EmbedToFileOptions> = {
  ...embedOptionChecks,
  type: oneOf(storedTypes),
  ranges: checkObject,
  digits: checkDigits,
  restart: checkFlag,
};

/** What `embedToFile` wrote. */
export interface EmbedToFileOutcome {
  /** The file that was written. */
  readonly out: string;
  /** Texts of the file. */
  readonly texts: number;
  /** How many of them an earlier call had done. */
  readonly resumedAt: number;
  /** How many were longer than the model takes, so that only a part of them counted. */
  readonly truncated: number;
  /** Texts without vectors, which are not in the file (`onError: 'skip'`). */
  readonly skipped: readonly SkippedText[];
  /** Empty lines of the input that are no texts (between JSON lines). */
  readonly emptyLines: number;
  /** Number type of the vectors. */
  readonly type: StoredType;
  /** Length of a vector. */
  readonly dimensions: number;
  /** For `int8` and `uint8`: what the numbers are steps of. */
  readonly ranges?: VectorRanges;
}

/**
 * Checks a number of digits.
 *
 * @throws USAGE unless the value is a number of digits that a float32 can have
 */
function checkDigits(name: string, value: unknown): void {
  checkCount(name, value);
  if ((value as number) > 9) {
    throw new OctavecError('USAGE', { problem: `The option ${name} is ${value}, and a float32 has 9 digits at most` });
  }
}

/** Parquet is loaded when it is written: it takes longer than all the rest. */
const sinks: Readonly<Record<string, () => Promise<(target: SinkTarget) => VectorSink>>> = {
  '.jsonl': async () => jsonlSink,
  '.npy': async () => npySink,
  '.parquet': async () => (await import('./parquet-sink.js')).parquetSink,
};

/**
 * Checks that {@link embedToFile} can write such a file.
 *
 * @throws USAGE
 */
export function checkOutput(out: string, type: StoredType = 'float32'): void {
  if (!Object.hasOwn(sinks, extname(out))) {
    const problem = `${out} is neither .jsonl nor .npy nor .parquet`;
    throw new OctavecError('USAGE', { problem, hint: 'Choose one of the three.' });
  }
  if (type === 'base64' && extname(out) === '.npy') {
    throw new OctavecError('USAGE', { problem: 'A .npy file holds numbers, not base64', hint: 'Choose float32.' });
  }
}

/**
 * Embeds texts into a .jsonl, .npy or .parquet file, in order and in bounded memory. The file gets its name when it is
 * whole; until then it is called `<out>.part`, and `<out>.progress` tells how far it is. However the process ends,
 * another call with the same texts and options goes on from there; on the same machine the file is the same to the bit
 * as without the interruption.
 *
 * @throws USAGE, OUTPUT_BUSY, RESUME_MISMATCH, OUTPUT_NOT_WRITABLE, DISK_FULL, as {@link Embedder.stream}, and what the
 *   source throws
 * @example
 * ```ts
 * const source = await openTexts('corpus.jsonl', { field: 'content' });
 * const { texts } = await embedToFile(embedder, source, 'corpus.parquet');
 * ```
 */
export async function embedToFile(
  embedder: Embedder,
  source: TextSource,
  target: Location,
  options: EmbedToFileOptions = {},
): Promise<EmbedToFileOutcome> {
  checkOptions(options, embedToFileOptionChecks);
  const out = pathOf('out', target);
  const { type = 'float32', dimensions = embedder.width, onProgress, signal } = options;
  checkOutput(out, type);
  const settings = await jobSettings(embedder, { out, type, dimensions }, options);
  const partial = await PartialFile.open(out).catch((error: unknown) => {
    throw asOutputError(error, out);
  });
  const records = new CountedRecords(source);
  /** Texts that an earlier call had done. */
  let resumedAt = 0;
  try {
    const begun = options.restart ? undefined : await partial.begun();
    const ranges = usableRanges(begun, settings, options, out);
    const digest = new RecordDigest();
    const last = begun?.checkpoints.at(-1);
    const report = (stage: string, done: number) => {
      onProgress?.({ stage, done, total: Math.max(done, records.total), unit: 'texts' });
    };
    if (last === undefined) {
      await partial.begin(settings, notesOf(ranges));
    } else {
      resumedAt = last.records;
      await skipDone(records, last, digest, {
        out,
        signal,
        onRecord: (done) => report('Checking what was done', done),
      });
    }
    const outcome = ({ records, truncated, skipped, ranges }: Written): EmbedToFileOutcome => ({
      ...{ out, texts: records - skipped.length, resumedAt, truncated, skipped },
      ...{ emptyLines: source.emptyLines?.() ?? 0, type, dimensions },
      ...(ranges && { ranges }),
    });
    if (last !== undefined && (await partial.isWhole())) {
      await checkEnd(records, last.records, out, signal);
      await partial.tidy();
      const skipped = begun?.checkpoints.flatMap((checkpoint) => checkpoint.skipped ?? []) ?? [];
      return outcome({ ...last, skipped, ranges });
    }
    const writer = new VectorWriter(
      partial,
      { openSink: await sinks[extname(out)](), type, dimensions, ranges, digits: options.digits },
      begun,
      digest,
    );
    const batches = embedder.stream(records, {
      ...pickOptions(options, embedOptionChecks),
      textOf: ({ text }) => text,
      reproducible: true,
      onProgress: onProgress && (({ done }) => report('Embedding', resumedAt + done)),
    });
    for await (const batch of batches) {
      await writer.write(batch);
    }
    await partial.complete(await writer.finish());
    return outcome(writer);
  } catch (error) {
    const kept = partial.journal.last;
    await (kept === undefined ? partial.discard() : partial.leave()).catch(() => undefined);
    throw failure(countedFrom(resumedAt, error), out, kept);
  } finally {
    // Also where it is not read to its end: a pipe that stays open keeps the process.
    records.return().catch(() => undefined);
  }
}

/** What a file holds: records, of which some were skipped. */
interface Written {
  readonly records: number;
  readonly truncated: number;
  readonly skipped: readonly SkippedText[];
  readonly ranges: VectorRanges | undefined;
}

/** Adds to an error what is left of the work. */
function failure(error: unknown, out: string, kept: Checkpoint | undefined): unknown {
  if (kept === undefined || !(error instanceof OctavecError && error.code === 'CANCELLED')) {
    return asOutputError(error, out, kept && counted(kept.records, 'text'));
  }
  const what = `embedding into ${out}; ${counted(kept.records, 'text')} ${kept.records === 1 ? 'is' : 'are'} kept, and the same command goes on from there`;
  return new OctavecError('CANCELLED', { what }, error.cause);
}

/**
 * Returns the ranges to continue with, or to begin with.
 *
 * @throws RESUME_MISMATCH if what was begun differs from what is asked for
 */
function usableRanges(
  begun: Begun | undefined,
  settings: JobSettings,
  { ranges }: EmbedToFileOptions,
  out: string,
): VectorRanges | undefined {
  if (begun === undefined) {
    return ranges;
  }
  const noted = rangesOfNotes(begun.notes);
  const differs = ranges !== undefined && noted !== undefined && !isSame(ranges, noted);
  const why = difference(begun.settings, settings) ?? (differs ? 'other ranges for its numbers' : undefined);
  if (why !== undefined) {
    throw new OctavecError('RESUME_MISMATCH', { path: out, why });
  }
  return noted ?? ranges;
}

function isSame(a: VectorRanges, b: VectorRanges): boolean {
  const same = (x: Float32Array, y: Float32Array) => x.length === y.length && x.every((value, i) => value === y[i]);
  return same(a.least, b.least) && same(a.greatest, b.greatest);
}

/**
 * Checks that a finished file has no more texts to come.
 *
 * @throws RESUME_MISMATCH if there are more texts than those that a whole file has
 */
async function checkEnd(
  records: CountedRecords,
  count: number,
  out: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!(await unlessCancelled(records.next(), signal, 'embedding')).done) {
    throw new OctavecError('RESUME_MISMATCH', {
      path: out,
      why: `the input goes on after the ${counted(count, 'text')} it had`,
    });
  }
}
