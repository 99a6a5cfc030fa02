import { setImmediate } from 'node:timers/promises';

/**
 * Makes a function to await between slices of a long calculation on the main thread. It lets the event loop turn
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
