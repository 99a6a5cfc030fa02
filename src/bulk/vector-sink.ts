import type { FileHandle } from 'node:fs/promises';
import type { TextRecord } from '../texts/index.js';
import type { StoredType, StoredVectors } from './stored-vectors.js';

/** A file of vectors that grows. What it has written can be taken up by another sink after the process has died. */
export interface VectorSink {
  /** Takes some texts and their vectors, which stay in memory until the next {@link flush}. */
  append(records: readonly TextRecord[], vectors: StoredVectors): void;
  /**
   * Whether what is in memory should be written: `now`; `may` if that is no harm; `later` where the format wants more
   * at once. Depends on what was appended only.
   */
  readonly due: 'later' | 'may' | 'now';
  /** Writes what is in memory. */
  flush(): Promise<Pick<SinkState, 'bytes'> & { readonly format?: unknown }>;
  /** Writes what is in memory and what makes the file whole; gives its length. */
  finish(): Promise<number>;
}

/** Where a file stands after some flushes. */
export interface SinkState {
  /** Bytes of the file that count. */
  readonly bytes: number;
  /** What the flushes gave as `format`, in their order. */
  readonly formats: readonly unknown[];
}

export interface SinkTarget {
  readonly file: FileHandle;
  readonly type: StoredType;
  /** Numbers of a row. */
  readonly width: number;
  /** Significant digits of numbers in text; the fewest that give the same float32 if left out. */
  readonly digits?: number;
  /** Where an earlier sink stopped; the file has this length. */
  readonly state?: SinkState;
}

/** Writes all of the bytes at a place of a file. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
