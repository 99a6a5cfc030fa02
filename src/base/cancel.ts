import { OctavecError } from './errors.js';

/** Throws CANCELLED if the signal was aborted. Long loops call it once a round. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) {
    throw new OctavecError('CANCELLED', { what }, signal.reason);
  }
}

/** Settles when the signal is aborted, which it may be already. */
export function whenAborted(signal: AbortSignal): Promise<unknown> {
  return signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** What is to be told of a signal's end, by one listener for all. */
interface Audience {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

const audiences = new WeakMap<AbortSignal, Audience>();

/**
 * Calls a listener once the signal is aborted. However many there are, the signal itself has one only: Node warns of a
 * leak when more than ten calls share a signal.
 *
 * @returns what takes the listener away again
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) {
    return () => undefined;
  }
  const { listeners, tell } = audienceOf(signal);
  listeners.add(listener);
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) {
      signal.removeEventListener('abort', tell);
      audiences.delete(signal);
    }
  };
}

function audienceOf(signal: AbortSignal): Audience {
  const known = audiences.get(signal);
  if (known !== undefined) {
    return known;
  }
  const listeners = new Set<() => void>();
  const tell = () => {
    audiences.delete(signal);
    for (const listener of listeners) {
      listener();
    }
  };
  signal.addEventListener('abort', tell, { once: true });
  audiences.set(signal, { listeners, tell });
  return { listeners, tell };
}

/**
 * Returns what a promise gives, or CANCELLED as soon as the signal is aborted.
 *
 * @param discard gets what comes too late
 * @throws CANCELLED, and what the promise throws
 */
export function unlessCancelled<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
  what: string,
  discard: (late: Result) => unknown = () => undefined,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = () => {
      reject(new OctavecError('CANCELLED', { what }, signal?.reason));
      promise.then(discard).catch(() => undefined);
    };
    if (signal?.aborted) {
      cancel();
      return;
    }
    const forget = onAbort(signal, cancel);
    promise.then(
      (result) => {
        forget();
        resolve(result);
      },
      (error: unknown) => {
        forget();
        reject(error);
      },
    );
  });
}
