import { OctavecError, onAbort } from '../../base/index.js';
import type { RunOptions, TokenBatch } from '../engine.js';
import type { Wanted } from './protocol.js';

interface Settle {
  readonly resolve: (rows: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

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
  readonly #onFail: (request: Request) => void;
  #forgetSignal: () => void = () => undefined;
  /** Undefined once the caller has his answer. */
  #settle: Settle | undefined;

  /**
   * @param width numbers of a row of the result: a text's vector, or a token's hidden state
   * @param onFail called when the request has failed or was cancelled: nothing of it waits any more
   */
  constructor(
    wanted: Wanted,
    batch: TokenBatch,
    width: number,
    options: RunOptions,
    onFail: (request: Request) => void,
  ) {
    const texts = batch.offsets.length - 1;
    this.wanted = wanted;
    this.unpooledTokens = options.unpooledTokens ?? 0;
    this.alone = options.alone ?? false;
    this.#batch = batch;
    this.#width = width;
    this.#onDone = options.onDone;
    this.#onFail = onFail;
    this.#waitingTokens = batch.ids.length;
    this.#rows = new Float32Array((wanted === 'vectors' ? texts : batch.ids.length) * width);
    this.#order = Int32Array.from({ length: texts }, (_, text) => text);
    this.#order.sort((a, b) => this.#lengthOf(b) - this.#lengthOf(a));
    this.result = new Promise<Float32Array>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const { signal } = options;
    const cancel = () => this.fail(new OctavecError('CANCELLED', { what: 'embedding' }, signal?.reason));
    this.#forgetSignal = onAbort(signal, cancel);
    if (signal?.aborted) {
      cancel();
    } else if (texts === 0) {
      this.#end()?.resolve(this.#rows);
    }
  }

  get ageMs(): number {
    return performance.now() - this.#since;
  }

  /** Says whether the caller has its answer. */
  get isSettled(): boolean {
    return this.#settle === undefined;
  }

  /** Counts the tokens of texts that were not given out yet. */
  get waitingTokens(): number {
    return this.#waitingTokens;
  }

  /** Returns the length of the longest text that was not given out yet; undefined if there is none. */
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

  /** Returns the ids of a text. */
  idsOf(text: number): Int32Array {
    return this.#batch.ids.subarray(this.#batch.offsets[text], this.#batch.offsets[text + 1]);
  }

  /** Says whether each token is marked as part of the first or the second text of a pair. */
  get hasTypes(): boolean {
    return this.#batch.types !== undefined;
  }

  /** Returns the token types of a text. */
  typesOf(text: number): Int32Array | undefined {
    return this.#batch.types?.subarray(this.#batch.offsets[text], this.#batch.offsets[text + 1]);
  }

  /** Puts the rows of some texts in their place. Does nothing once the request has failed. */
  deliver(texts: Int32Array, rows: Float32Array): void {
    if (this.isSettled) {
      return;
    }
    let position = 0;
    for (const text of texts) {
      const [row, count] = this.wanted === 'vectors' ? [text, 1] : [this.#batch.offsets[text], this.#lengthOf(text)];
      this.#rows.set(rows.subarray(position, position + count * this.#width), row * this.#width);
      position += count * this.#width;
    }
    this.#done += texts.length;
    try {
      this.#onDone?.(
        texts.length,
        texts.reduce((sum, text) => sum + this.#lengthOf(text), 0),
      );
    } catch (error) {
      // The caller's own: others have texts in the same batch.
      this.fail(error);
    }
    if (this.#done === this.#order.length) {
      this.#end()?.resolve(this.#rows);
    }
  }

  /** Ends the request; nothing more of it is given out. */
  fail(error: unknown): void {
    const settle = this.#end();
    if (settle !== undefined) {
      this.#taken = this.#order.length;
      this.#waitingTokens = 0;
      settle.reject(error);
      this.#onFail(this);
    }
  }

  #end(): Settle | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#forgetSignal();
    return settle;
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
