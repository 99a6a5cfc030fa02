import { Worker } from 'node:worker_threads';
import { OctavecError, reasonOf } from '../../base/index.js';
import {
  type BatchMessage,
  type FromWorker,
  type ReadyMessage,
  revivedError,
  type ToWorker,
  type WorkerSettings,
} from './protocol.js';

interface Waiting {
  readonly resolve: (data: Float32Array) => void;
  readonly reject: (error: OctavecError) => void;
}

/**
 * A worker thread with one session, as the main thread sees it. It runs one batch at a time. While it has nothing to
 * do it does not keep the process alive.
 */
export class PooledWorker {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #exited: Promise<void>;
  #waiting: Waiting | undefined;
  #death: OctavecError | undefined;

  private constructor(worker: Worker, path: string) {
    this.#worker = worker;
    this.#path = path;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#die(`it ended with exit code ${code}`);
        resolve();
      });
    });
    worker.on('error', (error) => this.#die(reasonOf(error)));
    worker.on('messageerror', (error) => this.#die(reasonOf(error)));
  }

  /**
   * Starts a thread and loads the model in it.
   *
   * @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT
   */
  static async start(settings: WorkerSettings): Promise<{ worker: PooledWorker; ready: ReadyMessage }> {
    const thread = new Worker(new URL('./worker.js', import.meta.url), { workerData: settings });
    const worker = new PooledWorker(thread, settings.onnxPath);
    const ready = await new Promise<ReadyMessage>((resolve, reject) => {
      worker.#waiting = { resolve: () => undefined, reject };
      thread.once('message', (message: FromWorker) => {
        worker.#waiting = undefined;
        if (message.kind === 'ready') {
          resolve(message);
        } else if (message.kind === 'failed') {
          reject(revivedError(message.error));
        }
      });
    });
    thread.on('message', (message: FromWorker) => worker.#settle(message));
    thread.unref();
    return { worker, ready };
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /**
   * Runs a batch. The arrays of the message go over to the worker.
   *
   * @throws ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT, TOKEN_OUT_OF_RANGE
   */
  run(batch: BatchMessage): Promise<Float32Array> {
    if (this.#death !== undefined) {
      return Promise.reject(this.#death);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.ref();
      this.#worker.postMessage(batch satisfies ToWorker, [
        batch.ids.buffer as ArrayBuffer,
        batch.offsets.buffer as ArrayBuffer,
      ]);
    });
  }

  /** Frees the session and ends the thread. Nothing may be running. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage({ kind: 'close' } satisfies ToWorker);
    await this.#exited;
  }

  #settle(message: FromWorker): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    if (message.kind === 'result') {
      waiting?.resolve(message.data);
    } else if (message.kind === 'failed') {
      waiting?.reject(revivedError(message.error));
    }
  }

  #die(why: string): void {
    this.#death ??= new OctavecError('ENGINE_DIED', { path: this.#path, why });
    this.#waiting?.reject(this.#death);
    this.#waiting = undefined;
  }
}
