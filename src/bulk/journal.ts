import { OwnedFile, type OwnedLine } from '../files/index.js';
import type { SkippedText } from './skipped-text.js';

/**
 * What is known of a file that grows, in a file beside it that is only ever appended to: a line of JSON for each thing
 * that happened. A line that was torn by a kill counts for nothing.
 */

/** How far the file is: everything before this is on the disk. */
export interface Checkpoint {
  /** Texts whose vectors are written. */
  readonly records: number;
  /** SHA-256 of these texts and their ids, in hex. */
  readonly digest: string;
  /** How many of them were truncated. */
  readonly truncated: number;
  /** Bytes of the file that count. */
  readonly bytes: number;
  /** Texts without vectors, since the checkpoint before. */
  readonly skipped?: readonly SkippedText[];
  /** What the format has to remember since the checkpoint before. */
  readonly format?: unknown;
}

/** What can be told of a file that was begun. */
export interface Begun {
  /** What makes its vectors what they are. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** What was determined on the way. */
  readonly notes: Readonly<Record<string, unknown>>;
  readonly checkpoints: readonly Checkpoint[];
  /** Bytes of the file when it was complete. */
  readonly whole?: number;
}

export class Journal {
  readonly #file: OwnedFile;
  /** What was written before it was opened; undefined if nothing was begun. */
  readonly begun: Begun | undefined;
  #last: Checkpoint | undefined;

  private constructor(file: OwnedFile) {
    this.#file = file;
    this.begun = begunOf(file.lines);
    this.#last = this.begun?.checkpoints.at(-1);
  }

  /**
   * Opens a journal for this process alone.
   *
   * @param output what is written, for errors
   * @throws OUTPUT_BUSY; errors of the file system as they are
   */
  static async open(path: string, output: string): Promise<Journal> {
    return new Journal(await OwnedFile.open(path, output));
  }

  /** Returns the checkpoint that counts now. */
  get last(): Checkpoint | undefined {
    return this.#last;
  }

  /** Begins anew: what was written before no longer counts. */
  begin(settings: Begun['settings']): Promise<void> {
    this.#last = undefined;
    return this.#file.append({ begin: settings });
  }

  note(notes: Begun['notes']): Promise<void> {
    return this.#file.append({ note: notes });
  }

  async checkpoint(at: Checkpoint): Promise<void> {
    await this.#file.append({ at });
    this.#last = at;
  }

  whole(bytes: number): Promise<void> {
    return this.#file.append({ whole: bytes });
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function begunOf(lines: readonly OwnedLine[]): Begun | undefined {
  const start = lines.findLastIndex((line) => 'begin' in line);
  if (start < 0) {
    return undefined;
  }
  const since = lines.slice(start + 1);
  return {
    settings: lines[start].begin as Begun['settings'],
    notes: Object.assign({}, ...since.map((line) => line.note ?? {})),
    checkpoints: since.flatMap((line) => ('at' in line ? [line.at as Checkpoint] : [])),
    whole: since.findLast((line) => 'whole' in line)?.whole as number | undefined,
  };
}
