import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { codeOf, OctavecError } from '../base/index.js';

interface Owner {
  readonly pid: number;
  /** When the process started, where the system tells: numbers of processes are used again. */
  readonly started?: string;
  readonly token: string;
}

/** A line of such a file. */
export type OwnedLine = Readonly<Record<string, unknown>>;

/** Tokens of the files that this process holds. */
const held = new Set<string>();

/**
 * A file of JSON lines that is only ever appended to, by one process at a time. A line that was torn by a kill counts for nothing,
 * and so does an owner who is no longer alive.
 */
export class OwnedFile {
  readonly #file: FileHandle;
  readonly #token: string;
  /** What was written before it was opened. */
  readonly lines: readonly OwnedLine[];

  private constructor(file: FileHandle, token: string, lines: readonly OwnedLine[]) {
    this.#file = file;
    this.#token = token;
    this.lines = lines;
  }

  /**
   * Opens a file for this process alone: everybody who comes appends himself, and the first who is alive has it.
   *
   * @param output what is written, for errors
   * @throws OUTPUT_BUSY; errors of the file system as they are
   */
  static async open(path: string, output: string): Promise<OwnedFile> {
    const owner: Owner = { pid: process.pid, started: startOf(process.pid), token: randomUUID() };
    held.add(owner.token);
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'a+');
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
        return await OwnedFile.open(path, output);
      }
      return new OwnedFile(file, owner.token, lines);
    } catch (error) {
      held.delete(owner.token);
      await file?.close().catch(() => undefined);
      throw error;
    }
  }

  /** Appends a line. When this returns, the line is on the disk. */
  async append(line: object): Promise<void> {
    await append(this.#file, line);
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    held.delete(this.#token);
    await this.#file.close();
  }
}

/**
 * Writes lines at once, so that those of several processes do not mix. They begin with a line break, in case the last
 * line is torn.
 */
async function append(file: FileHandle, line: object): Promise<void> {
  await file.appendFile(`\n${JSON.stringify(line)}\n`);
}

async function contentOf(file: FileHandle): Promise<string> {
  const bytes = Buffer.alloc((await file.stat()).size);
  await file.read(bytes, 0, bytes.length, 0);
  return bytes.toString();
}

function linesOf(content: string): OwnedLine[] {
  return content.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function isAlive({ pid, started, token }: Owner): boolean {
  if (pid === process.pid && started === startOf(pid)) {
    return held.has(token);
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') {
      return false;
    }
  }
  const now = startOf(pid);
  return !isZombie(pid) && (started === undefined || now === undefined || started === now);
}

/** Returns when a process started, in the terms of Linux (ticks since the system started), or undefined elsewhere. */
function startOf(pid: number): string | undefined {
  return statusOf(pid)[19];
}

/**
 * Tells whether a process has ended but its parent has not yet asked for its status: in containers without an init
 * process that may last.
 */
function isZombie(pid: number): boolean {
  return statusOf(pid)[0] === 'Z';
}

/** Reads what Linux tells of a process, from its state on. Returns an empty list elsewhere. */
function statusOf(pid: number): readonly string[] {
  try {
    // The name of the command, in parentheses, may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}
