import childProcess, { type ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { type Worker } from 'node:worker_threads';

/** The engine's workers of this process that are alive, so that a test can end them. */
export interface WatchedWorkers {
  count(): number;
  /**
   * Ends one: a process at once, whatever it does; a thread as soon as it is back from native code, as an uncaught
   * exception would. Resolves when it is gone.
   */
  kill(which?: 'any' | 'newest'): Promise<void>;
  /** Sends a signal to all that are processes. */
  signal(name: NodeJS.Signals): void;
  stop(): void;
}

const engineScript = /\/engine\/worker\.js$/;

/** An id that ends the thread of the engine that meets it. */
export const deadlyToken = 511;

/** A thread that ends when it is told to or meets the deadly token, and otherwise does what the script does. */
const mortal = (script: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      const on = parentPort.on.bind(parentPort);
      parentPort.on = (event, listener) => on(event, (message) => {
        if (message === 'die' || message.question?.ids?.includes(${deadlyToken})) process.exit(7);
        listener(message);
      });
      await import(${JSON.stringify(script)});`)}`,
  );

/** Keeps an eye on the workers that are started from now on. */
export function watchWorkers(): WatchedWorkers {
  const { Worker: OriginalWorker } = workerThreads;
  const { fork: originalFork } = childProcess;
  const alive = new Set<Worker | ChildProcess>();
  const watch = (worker: Worker | ChildProcess) => {
    alive.add(worker);
    worker.once('exit', () => alive.delete(worker));
  };
  workerThreads.Worker = class extends OriginalWorker {
    constructor(...[script, options]: ConstructorParameters<typeof OriginalWorker>) {
      const isEngine = engineScript.test(String(script));
      super(isEngine ? mortal(String(script)) : script, options);
      if (isEngine) {
        watch(this);
      }
    }
  };
  childProcess.fork = ((...args: Parameters<typeof originalFork>) => {
    const child = originalFork(...args);
    watch(child);
    return child;
  }) as typeof originalFork;
  syncBuiltinESMExports();
  return {
    count: () => alive.size,
    signal: (name) => {
      for (const worker of alive) {
        if (!(worker instanceof OriginalWorker)) {
          worker.kill(name);
        }
      }
    },
    kill: (which = 'any') =>
      new Promise((resolve) => {
        const worker = [...alive].at(which === 'newest' ? -1 : Math.floor(Math.random() * alive.size));
        if (worker === undefined) {
          resolve();
          return;
        }
        worker.once('exit', () => resolve());
        if (worker instanceof OriginalWorker) {
          worker.postMessage('die');
        } else {
          worker.kill('SIGKILL');
        }
      }),
    stop: () => {
      workerThreads.Worker = OriginalWorker;
      childProcess.fork = originalFork;
      syncBuiltinESMExports();
    },
  };
}
