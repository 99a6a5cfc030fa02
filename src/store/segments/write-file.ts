import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { asOutputError } from '../../files/index.js';

/** What a file must be to be whole. */
export interface FileFacts {
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

/** A piece of a file in memory is written at once when it is so large. */
const bufferBytes = 1 << 20;

/**
 * Writes a new file and brings it to the disk.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function writeHashed(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<FileFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = await open(path, 'w');
    try {
      let waiting: Uint8Array[] = [];
      let size = 0;
      const flush = async () => {
        const block = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
        waiting = [];
        size = 0;
        hash.update(block);
        for (let done = 0; done < block.length; ) {
          done += (await file.write(block, done)).bytesWritten;
        }
        bytes += block.length;
      };
      for await (const piece of pieces) {
        waiting.push(piece);
        size += piece.length;
        if (size >= bufferBytes) {
          await flush();
        }
      }
      await flush();
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asOutputError(error, path);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Brings a folder's list of names to the disk, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
