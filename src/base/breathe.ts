import { setImmediate } from 'node:timers/promises';

/**
 * For long calculations on the main thread: a function to await between slices, which lets the event loop turn
 * whenever the last turn is more than `everyMs` ago, and otherwise returns at once.
 */
export function breather(everyMs = 8): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < everyMs) {
      return undefined;
    }
    return setImmediate().then(() => {
      last = performance.now();
    });
  };
}
