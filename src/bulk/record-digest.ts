import { createHash, type Hash } from 'node:crypto';
import { counted, OctavecError, unlessCancelled } from '../base/index.js';
import type { TextRecord } from '../texts/index.js';
import type { Checkpoint } from './journal.js';

/** The hash of records one after the other: the same for the same texts and ids in the same order. */
export class RecordDigest {
  readonly #hash: Hash = createHash('sha256');

  add({ id, text }: TextRecord): void {
    this.#hash.update(`${typeof id}:${id}:${text.length}:`).update(text);
  }

  /** Returns the SHA-256 of the records so far, in hexadecimal. */
  get value(): string {
    return this.#hash.copy().digest('hex');
  }
}

export interface SkipOptions {
  /** What is written, for errors. */
  readonly out: string;
  /** Cancels the reading. */
  readonly signal?: AbortSignal;
  /** Told how many are read. */
  readonly onRecord: (done: number) => void;
}

/**
 * Reads past the records that are done, which are looked at all the same: are they those that were embedded?
 *
 * @param onRecord told of each
 * @throws RESUME_MISMATCH
 */
export async function skipDone(
  records: AsyncIterator<TextRecord>,
  { records: count, digest }: Checkpoint,
  seen: RecordDigest,
  { out, signal, onRecord }: SkipOptions,
): Promise<void> {
  for (let done = 0; done < count; done++) {
    const { value, done: ended } = await unlessCancelled(records.next(), signal, 'embedding');
    if (ended) {
      throw new OctavecError('RESUME_MISMATCH', {
        path: out,
        why: `the input ends after ${counted(done, 'text')}, and ${count} ${count === 1 ? 'was' : 'were'} embedded before`,
      });
    }
    seen.add(value);
    onRecord(done + 1);
  }
  if (seen.value !== digest) {
    throw new OctavecError('RESUME_MISMATCH', {
      path: out,
      why: `the first ${counted(count, 'text')} of the input ${count === 1 ? 'is not the one that was' : 'are not those that were'} embedded before`,
    });
  }
}
