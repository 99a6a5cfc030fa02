import { createHash } from 'node:crypto';
import { readFile, utimes } from 'node:fs/promises';
import { bytesOf, OctavecError } from '../base/index.js';
import { keptVectorsFolder, writeOutputFile } from '../files/index.js';

/** Where vectors are kept. */
export interface VectorCache {
  readonly folder: string;
  /** Told why vectors cannot be kept, and the work goes on without; where nobody is to be told, it ends. */
  readonly onUnwritable?: (error: OctavecError) => void;
}

/**
 * Opens octavec's own cache of vectors.
 *
 * @param onUnwritable told once why vectors are not kept
 */
export async function ownVectorCache(onUnwritable: (why: string) => void): Promise<VectorCache> {
  let told = false;
  return {
    folder: await keptVectorsFolder(),
    onUnwritable: ({ message }) => {
      if (!told) {
        told = true;
        onUnwritable(message);
      }
    },
  };
}

/** Behind the vectors stands the SHA-256 of their bytes. */
const checksumBytes = 32;

/**
 * Reads a file of float32 vectors, and marks it as used.
 *
 * @returns undefined if there is none, or one that does not hold whole rows as they were written
 */
export async function readVectors(path: string, width: number): Promise<Float32Array | undefined> {
  const file = await readFile(path).catch(() => undefined);
  const bytes = file?.subarray(0, -checksumBytes);
  const isWhole = bytes !== undefined && bytes.byteLength % (4 * width) === 0;
  if (!isWhole || file?.subarray(-checksumBytes).equals(checksum(bytes)) !== true) {
    return undefined;
  }
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/**
 * Writes vectors, as long as that is possible.
 *
 * @returns a function that throws OUTPUT_NOT_WRITABLE or DISK_FULL where nobody is told of them
 */
export function vectorKeeper({ onUnwritable }: VectorCache): (path: string, vectors: Float32Array) => Promise<void> {
  let writable = true;
  return async (path, vectors) => {
    if (!writable) {
      return;
    }
    try {
      const bytes = bytesOf(vectors);
      await writeOutputFile(path, Buffer.concat([bytes, checksum(bytes)]));
    } catch (error) {
      if (onUnwritable === undefined || !(error instanceof OctavecError)) {
        throw error;
      }
      writable = false;
      onUnwritable(error);
    }
  };
}
