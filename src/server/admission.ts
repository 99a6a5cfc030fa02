import type { ServerLimits } from './options.js';
import { Problem } from './problem.js';

/** What a request takes of the server while it is worked on. */
export interface Load {
  readonly texts: number;
  readonly tokens: number;
}

/**
 * Keeps what is received and worked on within bounds. Whoever comes when a bound is reached is told so at once, before
 * anything of the request is kept in memory.
 */
export class Admission {
  readonly #limits: Required<ServerLimits>;
  #requests = 0;
  #texts = 0;
  #tokens = 0;
  #bytes = 0;

  constructor(limits: Required<ServerLimits>) {
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
    const { payloadLimit, maxWaitingBytes, maxConcurrentRequests } = this.#limits;
    if (bytes !== undefined && bytes > payloadLimit) {
      throw new Problem('too_large', `the body has ${bytes} bytes, and ${payloadLimit} are allowed`);
    }
    const room = bytes ?? payloadLimit;
    if (this.#requests >= maxConcurrentRequests || (this.#bytes > 0 && this.#bytes + room > maxWaitingBytes)) {
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
   * Reserves room for texts that are about to be embedded. A request on its own is always let in.
   *
   * @returns a function that gives the room back
   * @throws Problem `overloaded`
   */
  embed({ texts, tokens }: Load): () => void {
    const { maxWaitingTexts, maxWaitingTokens } = this.#limits;
    const isFull = this.#texts + texts > maxWaitingTexts || this.#tokens + tokens > maxWaitingTokens;
    if (this.#texts > 0 && isFull) {
      throw new Problem('overloaded', 'Model is overloaded');
    }
    this.#texts += texts;
    this.#tokens += tokens;
    return once(() => {
      this.#texts -= texts;
      this.#tokens -= tokens;
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
