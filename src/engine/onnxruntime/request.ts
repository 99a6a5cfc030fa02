import { OctavecError } from '../../base/index.js';
import type { RunOptions, TokenBatch } from '../engine.js';
import type { Wanted } from './protocol.js';

/** What one caller asked for: its texts, longest first, and the result as it comes together. */
export class Request {
  readonly wanted: Wanted;
  readonly unpooledTokens: number;
  /** Its texts are batched with nobody else's. */
  readonly alone: boolean;
  /** The result: vectors in the order of the texts, or hidden states in the order of the tokens. */
  readonly result: Promise<Float32Array>;
  readonly #batch: TokenBatch;
  readonly #order: Int32Array;
  readonly #rows: Float32Array;
  readonly #width: number;
  readonly #onDone: RunOptions['onDone'];
  /** How many of the texts were given out, and how many came back. */
  #taken = 0;
  #done = 0;
  #waitingTokens: number;
  readonly #since = performance.now();
  #isSettled = false;
  #settle: { resolve: (rows: Float32Array) => void; reject: (error: unknown) => void } | undefined;

  /**
   * @param width numbers of a row of the result: a text's vector, or a token's hidden state
   * @param onCancel called when the caller's signal was aborted, after the request has failed
   */
  constructor(wanted: Wanted, batch: TokenBatch, width: number, options: RunOptions, onCancel: () => void) {
    const texts = batch.offsets.length - 1;
    this.wanted = wanted;
    this.unpooledTokens = options.unpooledTokens ?? 0;
    this.alone = options.alone ?? false;
    this.#batch = batch;
    this.#width = width;
    this.#onDone = options.onDone;
    this.#waitingTokens = batch.ids.length;
    this.#rows = new Float32Array((wanted === 'vectors' ? texts : batch.ids.length) * width);
    this.#order = Int32Array.from({ length: texts }, (_, text) => text);
    this.#order.sort((a, b) => this.#lengthOf(b) - this.#lengthOf(a));
    const { signal } = options;
    const cancel = () => {
      this.fail(new OctavecError('CANCELLED', { what: 'embedding' }, signal?.reason));
      onCancel();
    };
    this.result = new Promise<Float32Array>((resolve, reject) => {
      this.#settle = { resolve, reject };
    }).finally(() => {
      this.#isSettled = true;
      signal?.removeEventListener('abort', cancel);
    });
    if (signal?.aborted) {
      this.fail(new OctavecError('CANCELLED', { what: 'embedding' }, signal.reason));
    } else if (texts === 0) {
      this.#settle?.resolve(this.#rows);
    }
    signal?.addEventListener('abort', cancel, { once: true });
  }

  get ageMs(): number {
    return performance.now() - this.#since;
  }

  /** Whether the caller has its answer. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Tokens of the texts that were not given out yet. */
  get waitingTokens(): number {
    return this.#waitingTokens;
  }

  /** Length of the longest text that was not given out yet; undefined if there is none. */
  get nextLength(): number | undefined {
    return this.#taken < this.#order.length ? this.#lengthOf(this.#order[this.#taken]) : undefined;
  }

  /** Gives out texts, longest first, as long as `takes` accepts their length. */
  take(takes: (length: number) => boolean): Piece {
    const start = this.#taken;
    for (let length = this.nextLength; length !== undefined && takes(length); length = this.nextLength) {
      this.#taken++;
      this.#waitingTokens -= length;
    }
    return new Piece(this, this.#order.subarray(start, this.#taken));
  }

  /** The ids of a text. */
  idsOf(text: number): Int32Array {
    return this.#batch.ids.subarray(this.#batch.offsets[text], this.#batch.offsets[text + 1]);
  }

  /** Puts the rows of some texts in their place. Does nothing once the request has failed. */
  deliver(texts: Int32Array, rows: Float32Array): void {
    let position = 0;
    for (const text of texts) {
      const [row, count] = this.wanted === 'vectors' ? [text, 1] : [this.#batch.offsets[text], this.#lengthOf(text)];
      this.#rows.set(rows.subarray(position, position + count * this.#width), row * this.#width);
      position += count * this.#width;
    }
    this.#done += texts.length;
    this.#onDone?.(texts.length);
    if (this.#done === this.#order.length) {
      this.#settle?.resolve(this.#rows);
    }
  }

  /** Ends the request; nothing more of it is given out. */
  fail(error: unknown): void {
    this.#taken = this.#order.length;
    this.#waitingTokens = 0;
    this.#settle?.reject(error);
  }

  #lengthOf(text: number): number {
    return this.#batch.offsets[text + 1] - this.#batch.offsets[text];
  }
}

/** Texts of one request that go into a batch together. */
export class Piece {
  readonly request: Request;
  /** Indices of texts, longest first. */
  readonly texts: Int32Array;

  constructor(request: Request, texts: Int32Array) {
    this.request = request;
    this.texts = texts;
  }

  get tokens(): number {
    return this.texts.reduce((sum, text) => sum + this.request.idsOf(text).length, 0);
  }
}
