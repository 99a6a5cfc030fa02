import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { type TaskOptions, throwIfCancelled } from '../base/index.js';

/** One write call takes so much, so that cancelling and progress are never far. */
const sliceBytes = 2 ** 26;

/** Writes bytes into files, counts them and can be cancelled. */
export class FileWriter {
  readonly #stage: string;
  readonly #total: number;
  readonly #options: TaskOptions;
  #done = 0;

  /** @param total bytes that will be written in all */
  constructor(target: string, total: number, options: TaskOptions) {
    this.#stage = `Writing ${basename(target)}`;
    this.#total = total;
    this.#options = options;
  }

  /**
   * Writes bytes at a position.
   *
   * @throws CANCELLED, and what the file system throws
   */
  async at(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
    const { signal, onProgress } = this.#options;
    for (let done = 0; done < bytes.length; ) {
      throwIfCancelled(signal, this.#stage);
      const slice = Math.min(bytes.length - done, sliceBytes);
      const { bytesWritten } = await file.write(bytes, done, slice, position + done);
      done += bytesWritten;
      this.#done += bytesWritten;
      onProgress?.({ stage: this.#stage, done: this.#done, total: this.#total, unit: 'bytes' });
    }
  }

  /** Writes pieces one after the other, from the beginning of the file. */
  async all(file: FileHandle, pieces: Iterable<Uint8Array>): Promise<void> {
    let position = 0;
    for (const piece of pieces) {
      await this.at(file, piece, position);
      position += piece.length;
    }
  }
}
