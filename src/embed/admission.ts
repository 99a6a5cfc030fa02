import { checkBound, counted, OctavecError } from '../base/index.js';
import { returnFreedMemory } from '../engine/index.js';

export interface AdmissionLimits {
  /** Texts that are being embedded or wait for it, of all callers together; 100,000 by default. */
  readonly maxWaitingTexts?: number;
  /** Bytes of these texts, as they lie in memory (two a UTF-16 unit); 512 MB by default. */
  readonly maxWaitingBytes?: number;
}

/**
 * Keeps what waits within bounds: a caller who comes when there is too much already is told so at once. A call on its
 * own is always let in, however large: its texts are in memory anyway.
 */
export class Admission {
  readonly #maxTexts: number;
  readonly #maxBytes: number;
  readonly #owner: string;
  #texts = 0;
  #bytes = 0;
  #calls = 0;
  #closing: Promise<void> | undefined;
  #whenEmpty: (() => void) | undefined;

  /**
   * @param owner what callers call it
   * @throws USAGE
   */
  constructor({ maxWaitingTexts = 100_000, maxWaitingBytes = 512 * 2 ** 20 }: AdmissionLimits, owner = 'embedder') {
    checkBound('maxWaitingTexts', maxWaitingTexts);
    checkBound('maxWaitingBytes', maxWaitingBytes);
    this.#maxTexts = maxWaitingTexts;
    this.#maxBytes = maxWaitingBytes;
    this.#owner = owner;
  }

  /** Callers that are let in. */
  get calls(): number {
    return this.#calls;
  }

  /**
   * Runs a task that works on these texts.
   *
   * @throws QUEUE_FULL, CLOSED
   */
  async run<Result>(texts: readonly string[], task: () => Promise<Result>): Promise<Result> {
    this.#refuseIfClosed();
    const bytes = bytesOf(texts);
    if (this.#calls > 0 && this.#texts + texts.length > this.#maxTexts) {
      throw new OctavecError('QUEUE_FULL', { waiting: counted(this.#texts, 'text'), limit: `${this.#maxTexts}` });
    }
    if (this.#calls > 0 && this.#bytes + bytes > this.#maxBytes) {
      throw new OctavecError('QUEUE_FULL', { waiting: `${this.#bytes} bytes`, limit: `${this.#maxBytes}` });
    }
    return this.runUnbounded(texts, task);
  }

  /**
   * Runs a task of a caller who bounds by himself how much he sends. It counts for the others.
   *
   * @throws CLOSED
   */
  async runUnbounded<Result>(texts: readonly string[], task: () => Promise<Result>): Promise<Result> {
    this.#refuseIfClosed();
    const bytes = bytesOf(texts);
    this.#count(1, texts.length, bytes);
    try {
      return await task();
    } finally {
      this.#count(-1, -texts.length, -bytes);
      if (this.#calls === 0) {
        this.#whenEmpty?.();
      }
    }
  }

  /** Lets nobody in any more, and waits for those who are. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#calls === 0) {
        resolve();
      }
      this.#whenEmpty = resolve;
    });
    return this.#closing;
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) {
      throw new OctavecError('CLOSED', { what: this.#owner });
    }
  }

  #count(calls: number, texts: number, bytes: number): void {
    this.#calls += calls;
    this.#texts += texts;
    this.#bytes += bytes;
  }
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 2 * text.length, 0);
}

interface Closable {
  close(): Promise<void>;
}

/** Waits for the calls that run on a loaded model, then frees everything. */
export async function closeLoaded(
  admission: Admission,
  { engine, tokenizer }: { readonly engine: Closable; readonly tokenizer: Closable },
): Promise<void> {
  await admission.close();
  await Promise.all([engine.close(), tokenizer.close()]);
  returnFreedMemory();
}
