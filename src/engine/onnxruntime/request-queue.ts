import type { Piece, Request } from './request.js';

export interface BatchLimits {
  /** Padded tokens of a batch: texts × longest. Bounds memory and how long a batch occupies a worker. */
  readonly tokens: number;
  /** texts × longest²: what attention takes. */
  readonly squaredTokens: number;
}

/** Padding that is accepted before another batch is begun, in tokens: what the fixed cost of a run is worth. */
const paddingWorth = 32;

/** Batches are not made smaller than this to occupy more workers: the fixed cost of a run would eat the gain. */
const smallestShare = 256;

/**
 * The texts of all callers that wait for a worker. Batches are taken from the callers in turn, so that a short request
 * never waits for the whole of a long one; a batch that has room is filled with texts of other callers.
 */
export class RequestQueue {
  readonly #limits: BatchLimits;
  #requests: Request[] = [];

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  add(request: Request): void {
    this.#requests.push(request);
    this.dropEmpty();
  }

  /** Forgets requests of which nothing waits any more (those that failed or were cancelled, too). */
  dropEmpty(): void {
    this.#requests = this.#requests.filter((request) => request.nextLength !== undefined);
  }

  /** Tokens that wait, in all. */
  get waitingTokens(): number {
    return this.#requests.reduce((sum, request) => sum + request.waitingTokens, 0);
  }

  /** How long the oldest request that still waits for something has been there. */
  get oldestAgeMs(): number {
    return this.#requests.reduce((oldest, request) => Math.max(oldest, request.ageMs), 0);
  }

  /** Takes all requests out. */
  clear(): readonly { readonly request: Request }[] {
    return this.#requests.splice(0).map((request) => ({ request }));
  }

  /**
   * Takes the next batch: texts of similar length, from the caller whose turn it is and then from others. Of a request
   * that stands alone the batches depend on its texts and on the limits only.
   *
   * @param workers among how many the waiting texts are to be shared
   * @returns nothing if nothing waits
   */
  take(workers: number): readonly Piece[] {
    const [first, ...others] = this.#requests;
    if (first === undefined) {
      return [];
    }
    const share = Math.max(smallestShare, Math.ceil(this.waitingTokens / workers));
    const tokens = first.alone ? this.#limits.tokens : Math.min(this.#limits.tokens, share);
    const room = new Room({ ...this.#limits, tokens }, first.nextLength as number);
    const takes = (length: number) => room.add(length);
    const mergeable = others
      .filter((request) => !first.alone && !request.alone && request.wanted === first.wanted)
      .sort((a, b) => (b.nextLength as number) - (a.nextLength as number));
    const pieces = [first, ...mergeable]
      .map((request) => request.take(takes))
      .filter((piece) => piece.texts.length > 0);
    // The caller that was served goes to the end of the line.
    this.#requests = [...others, first];
    this.dropEmpty();
    return pieces;
  }
}

/** What a batch still has room for. */
class Room {
  readonly #limits: BatchLimits;
  readonly #longest: number;
  #texts = 0;
  #padding = 0;

  constructor(limits: BatchLimits, longest: number) {
    this.#limits = limits;
    this.#longest = longest;
  }

  /** Whether a text of this length was taken in. The first one always is. */
  add(length: number): boolean {
    const texts = this.#texts + 1;
    const padding = this.#padding + this.#longest - length;
    const fits =
      length <= this.#longest &&
      padding <= paddingWorth &&
      texts * this.#longest <= this.#limits.tokens &&
      texts * this.#longest ** 2 <= this.#limits.squaredTokens;
    if (texts > 1 && !fits) {
      return false;
    }
    this.#texts = texts;
    this.#padding = padding;
    return true;
  }
}
