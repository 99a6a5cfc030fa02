import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread without the flags that this process was started with: Node refuses some of them for threads
 * (`--input-type`), and none is meant for them.
 */
export function startThread(script: URL, workerData: unknown): Worker {
  return new Worker(script, { workerData, execArgv: [] });
}
