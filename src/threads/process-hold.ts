/** What keeps the process alive, or does not: a thread, a process, a channel. */
export interface Holdable {
  ref(): void;
  unref(): void;
}

/**
 * Keeps the process alive as long as somebody waits for a thread or a process, and no longer. All who wait are counted:
 * an answer that nobody waits for any more must not let go of what another still waits for, such as the end of the
 * thread. Where the last of them is forgotten, Node ends in the middle of an `await`, without a word, with status 13.
 */
export class ProcessHold {
  readonly #held: Holdable;
  #waiting = 0;

  /** @param held holds nothing until somebody waits */
  constructor(held: Holdable) {
    this.#held = held;
    held.unref();
  }

  /** Holds the process until the promise is settled, and gives what it gives. */
  async while<Result>(promise: Promise<Result>): Promise<Result> {
    this.#waiting++;
    this.#held.ref();
    try {
      return await promise;
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) {
        this.#held.unref();
      }
    }
  }
}
