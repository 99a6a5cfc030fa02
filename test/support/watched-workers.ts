import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type Worker } from 'node:worker_threads';

/** Worker threads that were started since, and still run. */
export interface WatchedWorkers {
  /** Those whose script ends like this: "onnxruntime/worker.js". */
  alive(script: string): readonly Worker[];
  stop(): void;
}

/** Keeps an eye on the worker threads that are started from now on, so that a test can end them. */
export function watchWorkers(): WatchedWorkers {
  const original = workerThreads.Worker;
  const workers = new Map<Worker, string>();
  workerThreads.Worker = class extends original {
    constructor(...[script, options]: ConstructorParameters<typeof original>) {
      super(script, options);
      workers.set(this, String(script));
      this.once('exit', () => workers.delete(this));
    }
  };
  syncBuiltinESMExports();
  return {
    alive: (script) => [...workers].filter(([, name]) => name.endsWith(script)).map(([worker]) => worker),
    stop: () => {
      workerThreads.Worker = original;
      syncBuiltinESMExports();
    },
  };
}
