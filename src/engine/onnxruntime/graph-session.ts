import { availableParallelism } from 'node:os';
import { OctavecError } from '../../base/index.js';
import { WorkerChannel } from '../../threads/index.js';
import { guarded } from './run-guard.js';
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

/** What a session asks of its thread. */
export interface GraphWork {
  start(settings: SessionSettings & { readonly guard: SharedArrayBuffer }): GraphFacts;
  run(wanted: GraphRun): Readonly<Record<string, GraphTensor>>;
}

interface GraphFacts {
  readonly inputs: readonly GraphInput[];
}

export interface GraphRun {
  readonly feeds: Readonly<Record<string, GraphTensor>>;
  readonly outputs?: readonly string[];
}

/**
 * Any ONNX graph in a worker thread of its own, by the names of its inputs and outputs: for looking at what happens
 * inside a model. Runs are done one after the other.
 */
export class GraphSession implements GraphFacts {
  readonly inputs: readonly GraphInput[];
  readonly #worker: WorkerChannel<GraphWork>;
  #isClosed = false;

  private constructor(worker: WorkerChannel<GraphWork>, { inputs }: GraphFacts) {
    this.#worker = worker;
    this.inputs = inputs;
  }

  static async open(onnxPath: string, threads: number): Promise<GraphSession> {
    declineTelemetry();
    const script = new URL('./graph-worker.js', import.meta.url);
    const worker = guarded(
      (guard) => new WorkerChannel<GraphWork>(script, { onnxPath, threads, guard }, { path: onnxPath }),
    );
    return new GraphSession(worker, await worker.started());
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
    if (this.#isClosed) {
      throw new OctavecError('CLOSED', { what: 'session' });
    }
    return this.#worker.ask('run', { feeds, outputs });
  }

  /** Waits for what runs, then frees everything. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Loads an ONNX file into a session in a worker thread of its own, which uses all processors.
 *
 * @throws ENGINE_LOAD, ENGINE_DIED
 */
export function openSession(onnxPath: string): Promise<GraphSession> {
  return GraphSession.open(onnxPath, availableParallelism());
}
