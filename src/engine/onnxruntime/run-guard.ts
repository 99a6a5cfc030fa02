/**
 * Keeps a process from ending while one of its threads is inside ONNX Runtime: Node then stops the thread, the run
 * time's binding cannot hand over its result, and the process is aborted with a core dump instead of leaving with its
 * exit status. So `process.exit()` waits for the batches that are being run, and no others are begun.
 */
export class RunGuard {
  /** Shared by both threads: [whether native code runs, whether it may not any more] */
  readonly #flags: Int32Array;

  /** @param shared the flags of the guard in the other thread */
  constructor(shared = new SharedArrayBuffer(8)) {
    this.#flags = new Int32Array(shared);
  }

  /** Returns the memory from which the other thread makes its guard. */
  get shared(): SharedArrayBuffer {
    return this.#flags.buffer as SharedArrayBuffer;
  }

  /** Runs native work, in the worker; once the process is ending, it does nothing and never returns. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    Atomics.store(this.#flags, running, 1);
    if (Atomics.load(this.#flags, stopped) === 1) {
      this.#quiet();
      return new Promise(() => undefined);
    }
    try {
      return await work();
    } finally {
      this.#quiet();
    }
  }

  #quiet(): void {
    Atomics.store(this.#flags, running, 0);
    Atomics.notify(this.#flags, running);
  }

  /** Makes the end of the process wait for this worker, from the main thread. */
  watch(): void {
    if (watched.size === 0) {
      process.once('exit', waitForAll);
    }
    watched.add(this);
  }

  /** Stops making the process wait, because the worker has ended. */
  unwatch(): void {
    watched.delete(this);
    if (watched.size === 0) {
      process.off('exit', waitForAll);
    }
  }

  stop(): void {
    Atomics.store(this.#flags, stopped, 1);
  }

  /** Blocks until no native code runs. */
  waitUntilQuiet(): void {
    Atomics.wait(this.#flags, running, 1, longestWaitMs);
  }
}

const running = 0;
const stopped = 1;

/** A batch takes less, and so does loading any but the largest models. */
const longestWaitMs = 30_000;

const watched = new Set<RunGuard>();

function waitForAll(): void {
  for (const guard of watched) {
    guard.stop();
  }
  for (const guard of watched) {
    guard.waitUntilQuiet();
  }
}

/**
 * Starts a worker whose native runs the end of this process waits for.
 *
 * @param start gets what the worker makes its guard from
 */
export function guarded<Worker extends { readonly exited: Promise<void> }>(
  start: (shared: SharedArrayBuffer) => Worker,
): Worker {
  const guard = new RunGuard();
  const worker = start(guard.shared);
  guard.watch();
  worker.exited.then(() => guard.unwatch());
  return worker;
}
