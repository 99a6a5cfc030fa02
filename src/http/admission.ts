import { Problem } from './problem.js';

/** What may wait at the same time, and how long a body may be. */
export interface WaitingLimits {
  readonly maxConcurrentRequests: number;
  readonly maxWaitingTexts: number;
  readonly maxWaitingTokens: number;
  readonly maxWaitingBytes: number;
  readonly payloadLimit: number;
}

/** What a request takes of the server until its answer is sent. */
export interface Load {
  readonly texts: number;
  readonly tokens: number;
  /** Bytes of the numbers that it is answered with. */
  readonly bytes: number;
}

/** Bodies up to this size are read whatever else goes on: they cost as much as a refusal. */
export const smallBody = 16 * 1024;

/** Numbers of answers may take so many times the bytes of bodies: 2,048 vectors are 3 MB, their texts fewer. */
const answersToBodies = 2;

/**
 * Keeps what is received and worked on within bounds. Whoever comes when a bound is reached is told so at once, before
 * anything of the request is kept in memory.
 */
export class Admission {
  readonly #limits: WaitingLimits;
  #requests = 0;
  #texts = 0;
  #tokens = 0;
  #bytes = 0;
  #answerBytes = 0;
  /** A large request has been refused, and none has ended since. */
  #isFull = false;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  get requests(): number {
    return this.#requests;
  }

  get texts(): number {
    return this.#texts;
  }

  /**
   * Reserves room for the body of a request.
   *
   * @param bytes what the client announces; a body of unknown length counts as the longest that is allowed
   * @returns a function that gives the room back; it may be called more than once
   * @throws Problem `overloaded`, `too_large`
   */
  receive(bytes: number | undefined): () => void {
    const { payloadLimit } = this.#limits;
    if (bytes !== undefined && bytes > payloadLimit) {
      throw new Problem('too_large', `the body has ${bytes} bytes, and ${payloadLimit} are allowed`);
    }
    const room = bytes ?? payloadLimit;
    if (!this.hasRoomFor(room)) {
      throw new Problem('overloaded', 'Model is overloaded');
    }
    this.#requests++;
    this.#bytes += room;
    return once(() => {
      this.#requests--;
      this.#bytes -= room;
    });
  }

  /**
   * Says whether a body of so many bytes would be admitted now. One on its own always is. A large one is not while its
   * texts would be refused: reading and parsing it only for that would cost more than all other requests.
   */
  hasRoomFor(bytes: number): boolean {
    const { maxWaitingBytes, maxConcurrentRequests } = this.#limits;
    if (this.#requests >= maxConcurrentRequests || (this.#isFull && bytes > smallBody)) {
      return false;
    }
    return this.#bytes === 0 || this.#bytes + bytes <= maxWaitingBytes;
  }

  /**
   * Reserves room for texts that are about to be embedded, and for the answer. A request on its own is always let in.
   *
   * @returns a function that gives the room back
   * @throws Problem `overloaded`
   */
  embed({ texts, tokens, bytes }: Load): () => void {
    const { maxWaitingTexts, maxWaitingTokens, maxWaitingBytes } = this.#limits;
    const isFull =
      this.#texts + texts > maxWaitingTexts ||
      this.#tokens + tokens > maxWaitingTokens ||
      this.#answerBytes + bytes > answersToBodies * maxWaitingBytes;
    if (this.#texts > 0 && isFull) {
      this.#isFull = true;
      throw new Problem('overloaded', 'Model is overloaded');
    }
    this.#texts += texts;
    this.#tokens += tokens;
    this.#answerBytes += bytes;
    return once(() => {
      this.#texts -= texts;
      this.#tokens -= tokens;
      this.#answerBytes -= bytes;
      this.#isFull = false;
    });
  }
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      action();
    }
  };
}
