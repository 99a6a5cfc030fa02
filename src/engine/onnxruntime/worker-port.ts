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
  /** CPU time of the worker's own process since it was last asked; 0 for a thread, whose time is that of the pool. */
  cpuMs(): number;
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
      cpuMs: () => 0,
      close: () => port.close(),
    };
  }
  // Whoever started this process is gone: so is its use. A signal to the whole group, as Ctrl-C sends it, is for whoever
  // started it, who may want to finish what runs.
  process.once('disconnect', () => process.exit());
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  const [settings] = (await once(process, 'message')) as [WorkerSettings];
  let used = process.cpuUsage();
  return {
    settings,
    guard: new RunGuard(),
    // Whoever started this process may be gone in the middle of a message (EPIPE): its use ends with the channel.
    post: (message) => process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => process.on('message', listener),
    cpuMs: () => {
      const { user, system } = process.cpuUsage(used);
      used = process.cpuUsage();
      return (user + system) / 1000;
    },
    close: () => process.disconnect(),
  };
}
