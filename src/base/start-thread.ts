import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread without the flags that this process was started with: Node refuses some of them for threads
 * (`--input-type`), and none is meant for them.
 *
 * @param transferList buffers in `workerData` that go over to the thread instead of being copied
 */
export function startThread(script: URL, workerData: unknown, transferList: readonly ArrayBuffer[] = []): Worker {
  return new Worker(script, { workerData, transferList: [...transferList], execArgv: [] });
}
