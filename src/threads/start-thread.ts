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

/** The first message of a thread; rejects with what the thread throws, or if it ends without one. */
export function firstMessage<Message>(worker: Worker): Promise<Message> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended')));
  });
}
