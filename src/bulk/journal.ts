import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { OctavecError } from '../base/index.js';
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

interface Owner {
  readonly pid: number;
  /** When the process started, where the system tells: numbers of processes are used again. */
  readonly started?: string;
  readonly token: string;
}

/** Tokens of the journals that this process holds. */
const held = new Set<string>();

export class Journal {
  readonly #file: FileHandle;
  readonly #token: string;
  /** What was written before it was opened; undefined if nothing was begun. */
  readonly begun: Begun | undefined;
  #last: Checkpoint | undefined;

  private constructor(file: FileHandle, token: string, begun: Begun | undefined) {
    this.#file = file;
    this.#token = token;
    this.begun = begun;
    this.#last = begun?.checkpoints.at(-1);
  }

  /**
   * Opens a journal for this process alone: everybody who comes appends himself, and the first who is alive has it.
   *
   * @param output what is written, for errors
   * @throws OUTPUT_BUSY; errors of the file system as they are
   */
  static async open(path: string, output: string): Promise<Journal> {
    const owner: Owner = { pid: process.pid, started: startOf(process.pid), token: randomUUID() };
    held.add(owner.token);
    const file = await open(path, 'a+');
    try {
      await append(file, { owner });
      const lines = linesOf(await contentOf(file));
      const first = lines.flatMap((line) => ('owner' in line ? [line.owner as Owner] : [])).find(isAlive);
      if (first?.token !== owner.token) {
        throw new OctavecError('OUTPUT_BUSY', { path: output, owner: `process ${first?.pid}` });
      }
      // Whoever had it may have finished and taken the file away since it was opened.
      const [mine, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
      if (mine.ino !== there?.ino) {
        await file.close();
        held.delete(owner.token);
        return await Journal.open(path, output);
      }
      return new Journal(file, owner.token, begunOf(lines));
    } catch (error) {
      held.delete(owner.token);
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /** The checkpoint that counts now. */
  get last(): Checkpoint | undefined {
    return this.#last;
  }

  /** What was written before counts no more. */
  begin(settings: Begun['settings']): Promise<void> {
    this.#last = undefined;
    return this.#append({ begin: settings });
  }

  note(notes: Begun['notes']): Promise<void> {
    return this.#append({ note: notes });
  }

  async checkpoint(at: Checkpoint): Promise<void> {
    await this.#append({ at });
    this.#last = at;
  }

  whole(bytes: number): Promise<void> {
    return this.#append({ whole: bytes });
  }

  async close(): Promise<void> {
    held.delete(this.#token);
    await this.#file.close();
  }

  async #append(line: object): Promise<void> {
    await append(this.#file, line);
    await this.#file.datasync();
  }
}

/** In one write, so that lines of several processes do not mix; begun by a line break, in case the last line is torn. */
async function append(file: FileHandle, line: object): Promise<void> {
  await file.appendFile(`\n${JSON.stringify(line)}\n`);
}

async function contentOf(file: FileHandle): Promise<string> {
  const bytes = Buffer.alloc((await file.stat()).size);
  await file.read(bytes, 0, bytes.length, 0);
  return bytes.toString();
}

function linesOf(content: string): Readonly<Record<string, unknown>>[] {
  return content.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function begunOf(lines: readonly Readonly<Record<string, unknown>>[]): Begun | undefined {
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

function isAlive({ pid, started, token }: Owner): boolean {
  if (pid === process.pid && started === startOf(pid)) {
    return held.has(token);
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') {
      return false;
    }
  }
  const now = startOf(pid);
  return !isZombie(pid) && (started === undefined || now === undefined || started === now);
}

/** When a process started, in the words of Linux (ticks since the system was started); undefined elsewhere. */
function startOf(pid: number): string | undefined {
  return statusOf(pid)[19];
}

/** Ended, but not yet asked for by its parent: in containers without an init process that may last. */
function isZombie(pid: number): boolean {
  return statusOf(pid)[0] === 'Z';
}

/** What Linux tells of a process, from its state on; nothing elsewhere. */
function statusOf(pid: number): readonly string[] {
  try {
    // The name of the command, in parentheses, may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}
