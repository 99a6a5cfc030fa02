import { watch } from 'node:fs';
import { OctavecError, onAbort, reasonOf } from '../base/index.js';
import type { DocumentRoot } from './walk-files.js';

/** Editors write a file in several steps: what happens within so short a time is one change. */
const quietMs = 500;

/**
 * Tells each time that something below the roots has changed, once it has been quiet for a moment. What changes while the consumer
 * is busy is told when it comes back. Ends when the signal is aborted.
 *
 * @throws FILE_NOT_READABLE where the system cannot watch
 */
export async function* watchFiles(
  roots: readonly DocumentRoot[],
  signal: AbortSignal,
): AsyncGenerator<void, void, undefined> {
  let changed = false;
  let failure: OctavecError | undefined;
  let wake: () => void = () => undefined;
  const watchers = roots.map(({ path }) => {
    const watcher = watch(path, { recursive: true }, () => {
      changed = true;
      wake();
    });
    watcher.on('error', (error) => {
      failure = new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
      wake();
    });
    return watcher;
  });
  const forget = onAbort(signal, () => wake());
  const nextEvent = (ms?: number) =>
    new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  try {
    while (!signal.aborted) {
      if (!changed && failure === undefined) {
        await nextEvent();
      }
      while (changed && !signal.aborted) {
        changed = false;
        await nextEvent(quietMs);
        if (!changed && !signal.aborted) {
          yield;
        }
      }
      if (failure !== undefined) {
        throw failure;
      }
    }
  } finally {
    forget();
    for (const watcher of watchers) {
      watcher.close();
    }
  }
}
