import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { OctavecError, reasonOf } from '../../base/index.js';
import { type PlainError, revivedError, startThread } from '../../threads/index.js';
import { RunGuard } from './run-guard.js';
import type { SessionSettings } from './session.js';
import { declineTelemetry } from './telemetry.js';

/** A tensor as it goes in and out of a {@link GraphSession}. Half-precision numbers come as their bits. */
export interface GraphTensor {
  /** Element type in ONNX Runtime's words: "float32", "int64", "uint8", "float16". */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: GraphData;
}

export type GraphData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface GraphInput {
  readonly name: string;
  readonly type: string;
  /** Numbers, and names where the model leaves them open. */
  readonly shape: readonly (number | string)[];
}

export interface GraphWorkerData {
  readonly settings: SessionSettings;
  readonly guard: SharedArrayBuffer;
}

export interface RunGraphMessage {
  readonly feeds: Readonly<Record<string, GraphTensor>>;
  readonly outputs?: readonly string[];
}

export type FromGraphWorker =
  | { readonly kind: 'ready'; readonly inputs: readonly GraphInput[]; readonly outputNames: readonly string[] }
  | { readonly kind: 'result'; readonly tensors: Readonly<Record<string, GraphTensor>> }
  | { readonly kind: 'failed'; readonly error: PlainError };

interface Waiting {
  readonly resolve: (message: FromGraphWorker) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Any ONNX graph in a worker thread of its own, by the names of its inputs and outputs: for looking at what happens
 * inside a model. Runs are done one after the other.
 */
export class GraphSession {
  readonly #worker: Worker;
  readonly #path: string;
  /** Callers in the order of their runs. */
  readonly #waiting: Waiting[] = [];
  readonly #exited: Promise<void>;
  #death: OctavecError | undefined;
  inputs: readonly GraphInput[] = [];
  outputNames: readonly string[] = [];

  private constructor(settings: SessionSettings) {
    this.#path = settings.onnxPath;
    declineTelemetry();
    const guard = new RunGuard();
    const workerData: GraphWorkerData = { settings, guard: guard.shared };
    this.#worker = startThread(new URL('./graph-worker.js', import.meta.url), workerData);
    guard.watch();
    this.#worker.on('message', (message: FromGraphWorker) => this.#waiting.shift()?.resolve(message));
    this.#worker.on('error', (error) => this.#die(reasonOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        guard.unwatch();
        this.#die(`its thread ended with exit code ${code}`);
        resolve();
      });
    });
  }

  static async open(onnxPath: string, threads: number): Promise<GraphSession> {
    const session = new GraphSession({ onnxPath, threads });
    const message = await session.#next();
    if (message.kind === 'ready') {
      session.inputs = message.inputs;
      session.outputNames = message.outputNames;
    }
    return session;
  }

  /**
   * Runs the graph.
   *
   * @param outputs names of the outputs that are wanted; all if left out
   * @throws ENGINE_RUN, ENGINE_DIED, CLOSED
   */
  async run(
    feeds: Readonly<Record<string, GraphTensor>>,
    outputs?: readonly string[],
  ): Promise<Readonly<Record<string, GraphTensor>>> {
    if (this.#death !== undefined) {
      throw this.#death;
    }
    this.#worker.postMessage({ feeds, outputs } satisfies RunGraphMessage);
    const message = await this.#next();
    return message.kind === 'result' ? message.tensors : {};
  }

  /** Waits for what runs, then frees everything. */
  async close(): Promise<void> {
    if (this.#death === undefined) {
      this.#death = new OctavecError('CLOSED', { what: 'session' });
      this.#worker.postMessage('close');
    }
    await this.#exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #next(): Promise<FromGraphWorker> {
    const message = await new Promise<FromGraphWorker>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    if (message.kind === 'failed') {
      throw revivedError(message.error);
    }
    return message;
  }

  #die(why: string): void {
    this.#death ??= new OctavecError('ENGINE_DIED', { path: this.#path, why });
    for (const { reject } of this.#waiting.splice(0)) {
      reject(this.#death);
    }
  }
}

/**
 * Loads an ONNX file into a session in a worker thread of its own.
 *
 * @param options.threads threads of one run
 * @throws ENGINE_LOAD, ENGINE_DIED
 */
export function openSession(onnxPath: string, options: { readonly threads?: number } = {}): Promise<GraphSession> {
  return GraphSession.open(onnxPath, options.threads ?? availableParallelism());
}
