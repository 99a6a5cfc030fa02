import { readFile } from 'node:fs/promises';
import { OctavecError } from '../base/index.js';
import { writeOutputFile } from '../files/index.js';

/** Where vectors are kept. */
export interface VectorCache {
  readonly folder: string;
  /** Told why vectors cannot be kept, and the work goes on without; where nobody is to be told, it ends. */
  readonly onUnwritable?: (error: OctavecError) => void;
}

/** Reads a file of raw float32 vectors; undefined if it does not hold whole rows. */
export async function readVectors(path: string, width: number): Promise<Float32Array | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.byteLength % (4 * width) !== 0) {
    return undefined;
  }
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
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
      await writeOutputFile(path, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
    } catch (error) {
      if (onUnwritable === undefined || !(error instanceof OctavecError)) {
        throw error;
      }
      writable = false;
      onUnwritable(error);
    }
  };
}
