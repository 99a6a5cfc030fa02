/** Another worker is started when a request has waited as long as this, or when more waits than some batches. */
const patienceMs = 50;
const batchesWorthAWorker = 4;

/** Workers that may die one after the other while they load, before those who wait are told. */
const mostFailedStarts = 5;

/** Where a worker could not be started, those that there are make do for a while, which gets longer every time. */
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

export interface PoolState {
  /** Workers that are there, busy or not. */
  readonly alive: number;
  readonly waitingTokens: number;
  readonly oldestAgeMs: number;
}

/** Says when a pool that has work for more workers than it has starts another one. */
export class PoolGrowth {
  readonly #batchTokens: number;
  #failures = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** @param batchTokens tokens of a batch at most */
  constructor(batchTokens: number) {
    this.#batchTokens = batchTokens;
  }

  /** Milliseconds until another worker is due, as things are; 0 if it is. */
  dueInMs({ alive, waitingTokens, oldestAgeMs }: PoolState, now = performance.now()): number {
    if (alive === 0) {
      return 0;
    }
    const isMuch = waitingTokens > batchesWorthAWorker * this.#batchTokens;
    return Math.max(0, this.#pausedUntil - now, isMuch ? 0 : patienceMs - oldestAgeMs);
  }

  started(): void {
    this.#failures = 0;
  }

  failed(now = performance.now()): void {
    this.#pausedUntil = now + Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures);
    this.#failures++;
  }

  /** Says whether to tell callers who wait for a first worker that there will be none. */
  get isHopeless(): boolean {
    return this.#failures >= mostFailedStarts;
  }

  /** Forgets the failed starts once the waiting callers were told. The next caller may have better luck. */
  giveUp(): void {
    this.#failures = 0;
  }
}
