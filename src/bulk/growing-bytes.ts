import type { FileHandle } from 'node:fs/promises';
import { type VectorSink, writeAt } from './vector-sink.js';

/** Bytes that wait in memory before they have to be written. */
const mostWaitingBytes = 8 * 2 ** 20;

/** Bytes that are gathered and then written behind those that a file has. */
export interface GrowingBytes extends Pick<VectorSink, 'due' | 'flush'> {
  push(bytes: Uint8Array): void;
}

/**
 * Collects bytes, and writes them to the end of a file.
 *
 * @param start where the first of them belongs
 */
export function growingBytes(file: FileHandle, start: number): GrowingBytes {
  let end = start;
  let parts: Uint8Array[] = [];
  let waiting = 0;
  return {
    push: (bytes) => {
      parts.push(bytes);
      waiting += bytes.length;
    },
    get due() {
      return waiting > mostWaitingBytes ? 'now' : 'may';
    },
    flush: async () => {
      const block = Buffer.concat(parts);
      parts = [];
      waiting = 0;
      await writeAt(file, block, end);
      end += block.length;
      return { bytes: end };
    },
  };
}
