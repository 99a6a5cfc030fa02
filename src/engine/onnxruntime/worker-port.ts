import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerSettings } from './protocol.js';
import { RunGuard } from './run-guard.js';

/** The way from a worker, thread or process, to the pool. */
export interface WorkerPort {
  readonly settings: WorkerSettings;
  readonly guard: RunGuard;
  /** The arrays are given away where that is possible. */
  post(message: FromWorker, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: ToWorker) => void): void;
  /** Lets the worker end. */
  close(): void;
}

export async function openPort(): Promise<WorkerPort> {
  if (parentPort !== null) {
    const port = parentPort;
    const { settings, guard } = workerData as { settings: WorkerSettings; guard: SharedArrayBuffer };
    return {
      settings,
      guard: new RunGuard(guard),
      post: (message, transfer = []) => port.postMessage(message, transfer),
      onMessage: (listener) => port.on('message', listener),
      close: () => port.close(),
    };
  }
  // Whoever started this process is gone: so is its use.
  process.once('disconnect', () => process.exit());
  const [settings] = (await once(process, 'message')) as [WorkerSettings];
  return {
    settings,
    guard: new RunGuard(),
    post: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', listener),
    close: () => process.disconnect(),
  };
}
