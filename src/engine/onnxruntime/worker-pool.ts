import { OctavecError } from '../../base/index.js';
import type { Engine, EngineDescription, RunOptions, TokenBatch } from '../engine.js';
import { PooledWorker } from './pooled-worker.js';
import type { BatchMessage, ReadyMessage, Wanted, WorkerSettings } from './protocol.js';
import { type Piece, Request } from './request.js';
import { type BatchLimits, RequestQueue } from './request-queue.js';

/** Several workers with a session each that share the work of all callers. */
export class WorkerPool implements Engine {
  readonly description: EngineDescription;
  readonly width: number;
  readonly #settings: WorkerSettings;
  readonly #hiddenWidth: number | undefined;
  readonly #queue: RequestQueue;
  /** What workers were at when they died. */
  readonly #retries: Piece[] = [];
  #idle: PooledWorker[];
  #busy = 0;
  #starting = 0;
  #closing: Promise<void> | undefined;
  #whenQuiet: (() => void) | undefined;

  private constructor(settings: WorkerSettings, limits: BatchLimits, workers: PooledWorker[], ready: ReadyMessage) {
    this.#settings = settings;
    this.#queue = new RequestQueue(limits);
    this.#idle = workers;
    this.#hiddenWidth = ready.hiddenWidth;
    this.width = ready.width;
    this.description = {
      name: 'onnxruntime',
      version: ready.version,
      workers: workers.length,
      threadsPerWorker: settings.threads,
    };
  }

  /** @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT */
  static async start(settings: WorkerSettings, size: number, limits: BatchLimits): Promise<WorkerPool> {
    const started = await Promise.allSettled(Array.from({ length: size }, () => PooledWorker.start(settings)));
    const ready = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const workers = ready.map(({ worker }) => worker);
    const failed = started.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      await Promise.all(workers.map((worker) => worker.close()));
      throw failed.reason;
    }
    return new WorkerPool(settings, limits, workers, ready[0].ready);
  }

  embed(batch: TokenBatch, options: RunOptions = {}): Promise<Float32Array> {
    return this.#request('vectors', batch, this.width, options);
  }

  hiddenStates(batch: TokenBatch, options: RunOptions = {}): Promise<Float32Array> {
    if (this.#hiddenWidth === undefined) {
      const path = this.#settings.onnxPath;
      return Promise.reject(new OctavecError('MODEL_OUTPUT', { path, why: 'it gives pooled vectors only' }));
    }
    return this.#request('hidden', batch, this.#hiddenWidth, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #request(wanted: Wanted, batch: TokenBatch, width: number, options: RunOptions): Promise<Float32Array> {
    if (this.#closing !== undefined) {
      return Promise.reject(new OctavecError('CLOSED', { what: 'engine' }));
    }
    const request = new Request(wanted, batch, width, options, () => this.#queue.dropEmpty());
    this.#queue.add(request);
    if (this.#idle.length + this.#busy + this.#starting === 0) {
      // All workers died and none could be started in their place; perhaps one can now.
      void this.#startWorker();
    }
    this.#dispatch();
    return request.result;
  }

  /** Gives what waits to idle workers. */
  #dispatch(): void {
    while (this.#idle.length > 0) {
      const again = this.#retries.shift();
      const pieces = again === undefined ? this.#queue.take(this.description.workers) : [again];
      if (pieces.length === 0) {
        break;
      }
      void this.#run(this.#idle.pop() as PooledWorker, pieces, again === undefined);
    }
    if (this.#busy === 0 && this.#starting === 0) {
      this.#whenQuiet?.();
    }
  }

  async #run(worker: PooledWorker, pieces: readonly Piece[], mayRetry: boolean): Promise<void> {
    this.#busy++;
    try {
      deliver(pieces, await worker.run(batchMessage(pieces)));
    } catch (error) {
      if (!worker.isAlive && mayRetry) {
        // Caller by caller, so that one whose texts kill workers does not take others along.
        this.#retries.push(...pieces);
      } else {
        fail(
          pieces.map(({ request }) => request),
          error,
        );
        this.#queue.dropEmpty();
      }
    }
    this.#busy--;
    if (worker.isAlive) {
      this.#idle.push(worker);
    } else {
      void this.#startWorker();
    }
    this.#dispatch();
  }

  /** Starts a worker in the place of one that died. If it cannot be, and no other is left, all that wait fail. */
  async #startWorker(): Promise<void> {
    this.#starting++;
    try {
      this.#idle.push((await PooledWorker.start(this.#settings)).worker);
      this.#starting--;
    } catch (error) {
      this.#starting--;
      if (this.#idle.length + this.#busy + this.#starting === 0) {
        fail([...this.#retries.splice(0).map(({ request }) => request), ...this.#queue.clear()], error);
      }
    }
    this.#dispatch();
  }

  async #close(): Promise<void> {
    if (this.#busy + this.#starting > 0) {
      await new Promise<void>((resolve) => {
        this.#whenQuiet = resolve;
      });
    }
    await Promise.all(this.#idle.splice(0).map((worker) => worker.close()));
  }
}

/** The ids of the pieces' texts, one after the other, in arrays that can be given away. */
function batchMessage(pieces: readonly Piece[]): BatchMessage {
  const texts = pieces.reduce((sum, piece) => sum + piece.texts.length, 0);
  const ids = new Int32Array(pieces.reduce((sum, piece) => sum + piece.tokens, 0));
  const offsets = new Int32Array(texts + 1);
  const unpooled: number[] = [];
  for (const { request, texts } of pieces) {
    for (const text of texts) {
      const start = offsets[unpooled.length];
      const textIds = request.idsOf(text);
      ids.set(textIds, start);
      unpooled.push(request.unpooledTokens);
      offsets[unpooled.length] = start + textIds.length;
    }
  }
  return { kind: 'batch', wanted: pieces[0].request.wanted, ids, offsets, unpooled };
}

/** Hands the rows of a batch to the callers. */
function deliver(pieces: readonly Piece[], rows: Float32Array): void {
  const counts = pieces.map((piece) => (piece.request.wanted === 'vectors' ? piece.texts.length : piece.tokens));
  const width = rows.length / counts.reduce((sum, count) => sum + count, 0);
  let start = 0;
  pieces.forEach(({ request, texts }, index) => {
    const end = start + counts[index] * width;
    request.deliver(texts, rows.subarray(start, end));
    start = end;
  });
}

function fail(requests: readonly Request[], error: unknown): void {
  for (const request of requests) {
    request.fail(error);
  }
}
