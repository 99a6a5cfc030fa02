import { type BatchLimits, BatchRoom, paddingWorth } from './batch-room.js';
import { LinkedList, type Place } from './linked-list.js';
import { MergeableRequests } from './mergeable-requests.js';
import type { Piece, Request } from './request.js';

/** Batches are not made smaller than this to occupy more workers: the fixed cost of a run would eat the gain. */
const smallestShare = 256;

/** Where a request stands. */
interface Standing {
  readonly arrival: Place<Request>;
  line: LinkedList<Request>;
  place: Place<Request>;
  /** Its part of the tokens that wait. */
  tokens: number;
}

/**
 * The texts of all callers that wait for a worker; a batch that has room is filled with texts of other callers.
 *
 * Callers who have had nothing yet and callers who have had something stand in two lines that are served by turns, each
 * in its order. So a short request waits for one batch of a long one at most, however many texts that has, and a long
 * one goes on however many short ones come: whoever is n-th in his line is served by one of the next 2 n batches.
 *
 * The work is in proportion to what is given out, whatever waits.
 */
export class RequestQueue {
  readonly #limits: BatchLimits;
  readonly #standings = new Map<Request, Standing>();
  readonly #arrivals = new LinkedList<Request>();
  readonly #new = new LinkedList<Request>();
  readonly #served = new LinkedList<Request>();
  readonly #mergeable = new MergeableRequests();
  #isNewNext = true;
  #waitingTokens = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#standings.size === 0;
  }

  /** Counts the tokens that wait, in all. */
  get waitingTokens(): number {
    return this.#waitingTokens;
  }

  /** Returns how long ago the oldest request that still waits was made. */
  get oldestAgeMs(): number {
    return this.#arrivals.first?.value.ageMs ?? 0;
  }

  add(request: Request): void {
    if (request.nextLength === undefined) {
      return;
    }
    const arrival = this.#arrivals.append(request);
    const place = this.#new.append(request);
    this.#standings.set(request, { arrival, line: this.#new, place, tokens: request.waitingTokens });
    this.#waitingTokens += request.waitingTokens;
    this.#mergeable.place(request);
  }

  /** Forgets a request that has failed or was cancelled. */
  remove(request: Request): void {
    const standing = this.#standings.get(request);
    if (standing !== undefined) {
      this.#arrivals.remove(standing.arrival);
      standing.line.remove(standing.place);
      this.#mergeable.remove(request);
      this.#waitingTokens -= standing.tokens;
      this.#standings.delete(request);
    }
  }

  /** Takes all requests out. */
  clear(): readonly Request[] {
    const all = [...this.#standings.keys()];
    for (const request of all) {
      this.remove(request);
    }
    return all;
  }

  /**
   * Takes the next batch: texts of similar length, from the caller whose turn it is and then from others. Of a request
   * that stands alone the batches depend on its texts and on the limits only.
   *
   * @param workers among how many the waiting texts are to be shared
   * @returns nothing if nothing waits
   */
  take(workers: number): readonly Piece[] {
    const first = this.#nextInTurn();
    if (first === undefined) {
      return [];
    }
    const share = Math.max(smallestShare, Math.ceil(this.#waitingTokens / workers));
    const tokens = first.alone ? this.#limits.tokens : Math.min(this.#limits.tokens, share);
    const longest = first.nextLength as number;
    const room = new BatchRoom({ ...this.#limits, tokens }, longest);
    const pieces = [this.#takeFrom(first, room)];
    this.#stepBack(first);
    return first.alone ? pieces : this.#fill(pieces, room, longest);
  }

  /** Fills a batch with what other callers have of its kind, the longest first. */
  #fill(pieces: Piece[], room: BatchRoom, longest: number): readonly Piece[] {
    const { request: first } = pieces[0];
    for (let length = longest; length > 0 && length >= longest - paddingWorth; length--) {
      for (;;) {
        const other = this.#mergeable.first(first.wanted, length);
        if (other === undefined) {
          break;
        }
        const piece = this.#takeFrom(other, room);
        if (piece.texts.length === 0) {
          return pieces;
        }
        pieces.push(piece);
        if (this.#standings.get(other)?.line === this.#new) {
          this.#stepBack(other);
        }
      }
    }
    return pieces;
  }

  #nextInTurn(): Request | undefined {
    const isNewNext = this.#served.first === undefined || (this.#isNewNext && this.#new.first !== undefined);
    // A turn is owed only to those who had to let others go first.
    this.#isNewNext = !isNewNext || this.#served.first === undefined;
    return (isNewNext ? this.#new : this.#served).first?.value;
  }

  #takeFrom(request: Request, room: BatchRoom): Piece {
    const piece = request.take((length) => room.add(length));
    const standing = this.#standings.get(request) as Standing;
    this.#waitingTokens -= standing.tokens - request.waitingTokens;
    standing.tokens = request.waitingTokens;
    if (request.nextLength === undefined) {
      this.remove(request);
    } else if (piece.texts.length > 0) {
      this.#mergeable.place(request);
    }
    return piece;
  }

  /** Puts a caller, if there is more of him, at the end of the line of those who have had something. */
  #stepBack(request: Request): void {
    const standing = this.#standings.get(request);
    if (standing !== undefined) {
      standing.line.remove(standing.place);
      standing.line = this.#served;
      standing.place = this.#served.append(request);
    }
  }
}
