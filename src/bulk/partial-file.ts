import { constants, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OctavecError } from '../base/index.js';
import { makeFolders, removeFolders } from '../files/index.js';
import { type Begun, Journal } from './journal.js';

/**
 * A file that is being made over many lives of the process. While it is not whole it is called `<target>.part`, and
 * beside it stands its journal, `<target>.progress`.
 */
export class PartialFile {
  readonly target: string;
  readonly path: string;
  readonly file: FileHandle;
  readonly journal: Journal;
  readonly #journalPath: string;
  readonly #madeFolder: string | undefined;

  private constructor(target: string, file: FileHandle, journal: Journal, madeFolder: string | undefined) {
    this.target = target;
    this.path = `${target}.part`;
    this.file = file;
    this.journal = journal;
    this.#journalPath = `${target}.progress`;
    this.#madeFolder = madeFolder;
  }

  /**
   * Opens the unfinished file of a target, and takes hold of it.
   *
   * @throws OUTPUT_BUSY, OUTPUT_NOT_WRITABLE; errors of the file system as they are
   */
  static async open(target: string): Promise<PartialFile> {
    const existing = await stat(target).catch(() => undefined);
    if (existing !== undefined && !existing.isFile()) {
      const why = existing.isDirectory() ? 'it is a folder' : 'it is not a file';
      throw new OctavecError('OUTPUT_NOT_WRITABLE', { path: target, why });
    }
    const madeFolder = await makeFolders(dirname(target));
    try {
      const journal = await Journal.open(`${target}.progress`, target);
      const file = await open(`${target}.part`, constants.O_RDWR | constants.O_CREAT).catch(async (error: unknown) => {
        await journal.close();
        throw error;
      });
      return new PartialFile(target, file, journal, madeFolder);
    } catch (error) {
      await removeFolders(dirname(target), madeFolder);
      throw error;
    }
  }

  /** Tells whether the file got its name in an earlier run, which ended before it could tidy up. */
  async isWhole(): Promise<boolean> {
    const { whole } = this.journal.begun ?? {};
    if (whole === undefined || (await this.file.stat()).size > 0) {
      return false;
    }
    return (await stat(this.target).catch(() => undefined))?.size === whole;
  }

  /** Returns what can be continued; undefined if nothing is there. */
  async begun(): Promise<Begun | undefined> {
    const { begun } = this.journal;
    const last = begun?.checkpoints.at(-1);
    const isThere = last !== undefined && ((await this.file.stat()).size >= last.bytes || (await this.isWhole()));
    return isThere ? begun : undefined;
  }

  /** Begins anew. */
  async begin(settings: Begun['settings'], notes: Begun['notes']): Promise<void> {
    await this.journal.begin(settings);
    await this.journal.note(notes);
    await this.file.truncate(0);
  }

  /** Gives the file its name. */
  async complete(bytes: number): Promise<void> {
    await this.file.truncate(bytes);
    await this.file.sync();
    await this.journal.whole(bytes);
    await this.file.close();
    await rename(this.path, this.target);
    await this.tidy();
  }

  /** Takes away what stands beside a file that is whole. */
  async tidy(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
    // While it is held, so that nobody opens it between the two.
    await rm(this.#journalPath, { force: true });
    await this.journal.close();
  }

  /** Leaves things as they are, for another life. */
  async leave(): Promise<void> {
    await this.file.close();
    await this.journal.close();
  }

  /** Takes away all that was made. */
  async discard(): Promise<void> {
    await this.tidy();
    await removeFolders(dirname(this.target), this.#madeFolder);
  }
}
