import { type FSWatcher, watch } from 'node:fs';
import { join, sep } from 'node:path';
import { OctavecError, onAbort, reasonOf } from '../base/index.js';
import type { DocumentRoot } from './walk-files.js';

/** Editors write a file in several steps: what happens within so short a time is one change. */
const quietMs = 500;

/**
 * Tells each time that something below the roots has changed, once it has been quiet for a moment. What changes while the consumer
 * is busy is told when it comes back. Ends when the signal is aborted.
 *
 * @param own a folder whose changes are not told: whoever watches writes there
 * @throws FILE_NOT_READABLE where the system cannot watch
 */
export async function* watchFiles(
  roots: readonly DocumentRoot[],
  signal: AbortSignal,
  own?: string,
): AsyncGenerator<void, void, undefined> {
  let changed = false;
  let failure: OctavecError | undefined;
  let wake: () => void = () => undefined;
  const failed = (path: string, error: unknown) => {
    failure = new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
    wake();
  };
  const watchers: FSWatcher[] = [];
  for (const { path } of roots) {
    try {
      const watcher = watch(path, { recursive: true }, (_, name) => {
        if (own === undefined || !`${join(path, name ?? '')}${sep}`.startsWith(`${own}${sep}`)) {
          changed = true;
          wake();
        }
      });
      watchers.push(watcher.on('error', (error) => failed(path, error)));
    } catch (error) {
      failed(path, error);
    }
  }
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
