import { OctavecError } from '../../base/index.js';
import type { Engine, EngineDescription, RunOptions, TokenBatch } from '../engine.js';
import { batchMessage, deliverBatch } from './batch.js';
import type { Isolation } from './channel.js';
import { PooledWorker } from './pooled-worker.js';
import type { ReadyMessage, Wanted, WorkerSettings } from './protocol.js';
import { type Piece, Request } from './request.js';
import { type BatchLimits, RequestQueue } from './request-queue.js';

export interface PoolSettings {
  /** Workers at most. */
  readonly size: number;
  readonly limits: BatchLimits;
  readonly isolation: Isolation;
  /** What the first worker is started with. */
  readonly first: WorkerSettings;
  /** What further workers are started with. */
  readonly further: () => Promise<WorkerSettings>;
  readonly description: Omit<EngineDescription, 'version'>;
}

/** Another worker is started when a request has waited as long as this, or when more waits than some batches. */
const patienceMs = 50;
const batchesWorthAWorker = 4;

/** Workers that may die one after the other while they load, before those who wait are told. */
const mostFailedStarts = 5;

/**
 * Several workers with a session each that share the work of all callers. One is there from the beginning, the others
 * are started when there is work for them, and in the place of one that died.
 */
export class WorkerPool implements Engine {
  readonly description: EngineDescription;
  readonly width: number;
  readonly #settings: PoolSettings;
  readonly #hiddenWidth: number | undefined;
  readonly #queue: RequestQueue;
  /** What workers were at when they died. */
  readonly #retries: Piece[] = [];
  readonly #idle: PooledWorker[];
  #busy = 0;
  #starting = 0;
  #failedStarts = 0;
  #closing: Promise<void> | undefined;
  #whenQuiet: (() => void) | undefined;

  private constructor(settings: PoolSettings, worker: PooledWorker, ready: ReadyMessage) {
    this.#settings = settings;
    this.#queue = new RequestQueue(settings.limits);
    this.#idle = [worker];
    this.#hiddenWidth = ready.hiddenWidth;
    this.width = ready.width;
    this.description = { ...settings.description, version: ready.version };
  }

  /** @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT */
  static async start(settings: PoolSettings): Promise<WorkerPool> {
    const { worker, ready } = await PooledWorker.start(settings.first, settings.isolation);
    return new WorkerPool(settings, worker, ready);
  }

  embed(batch: TokenBatch, options: RunOptions = {}): Promise<Float32Array> {
    return this.#request('vectors', batch, this.width, options);
  }

  hiddenStates(batch: TokenBatch, options: RunOptions = {}): Promise<Float32Array> {
    if (this.#hiddenWidth === undefined) {
      const path = this.#settings.first.onnxPath;
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
    const request = new Request(wanted, batch, width, options, () => {
      this.#queue.dropEmpty();
      this.#dispatch();
    });
    this.#queue.add(request);
    this.#dispatch();
    return request.result;
  }

  /** Gives what waits to idle workers. */
  #dispatch(): void {
    while (this.#idle.length > 0) {
      const again = this.#retries.shift();
      const pieces = again === undefined ? this.#queue.take(this.#settings.size) : [again];
      if (pieces.length === 0) {
        break;
      }
      void this.#run(this.#idle.pop() as PooledWorker, pieces, again === undefined);
    }
    if (this.#needsWorker()) {
      void this.#startWorker();
    }
    if (this.#busy === 0 && this.#starting === 0 && this.#queue.isEmpty && this.#retries.length === 0) {
      this.#whenQuiet?.();
    }
  }

  #needsWorker(): boolean {
    const { size } = this.#settings;
    const alive = this.#idle.length + this.#busy;
    if (this.#starting > 0 || alive >= size || (this.#queue.isEmpty && this.#retries.length === 0)) {
      return false;
    }
    // Where one could not be started, those that there are make do.
    return alive === 0 || (this.#failedStarts === 0 && this.#isWorthAWorker());
  }

  #isWorthAWorker(): boolean {
    return (
      this.#queue.waitingTokens > batchesWorthAWorker * this.#settings.limits.tokens ||
      this.#queue.oldestAgeMs > patienceMs
    );
  }

  async #run(worker: PooledWorker, pieces: readonly Piece[], mayRetry: boolean): Promise<void> {
    this.#busy++;
    try {
      deliverBatch(pieces, await worker.run(batchMessage(pieces)));
    } catch (error) {
      if (!worker.isAlive && mayRetry) {
        // Caller by caller, so that one whose texts kill workers does not take others along.
        this.#retries.push(...pieces.filter(({ request }) => !request.isSettled));
      } else {
        failAll(pieces, error);
        this.#queue.dropEmpty();
      }
    }
    this.#busy--;
    if (worker.isAlive) {
      this.#idle.push(worker);
    }
    this.#dispatch();
  }

  /** Starts a worker. If none is left and none can be started, all that wait fail with the reason. */
  async #startWorker(): Promise<void> {
    this.#starting++;
    try {
      const { worker } = await PooledWorker.start(await this.#settings.further(), this.#settings.isolation);
      this.#idle.push(worker);
      this.#failedStarts = 0;
    } catch (error) {
      this.#failedStarts++;
      // A worker that was killed while it loaded may do better next time; one that could not load will not.
      const hopeless = this.#failedStarts >= mostFailedStarts || (error as OctavecError).code !== 'ENGINE_DIED';
      if (hopeless && this.#idle.length + this.#busy === 0) {
        this.#failedStarts = 0;
        failAll([...this.#retries.splice(0), ...this.#queue.clear()], error);
      }
    }
    this.#starting--;
    this.#dispatch();
  }

  async #close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#whenQuiet = resolve;
      this.#dispatch();
    });
    await Promise.all(this.#idle.splice(0).map((worker) => worker.close()));
  }
}

function failAll(pieces: readonly Pick<Piece, 'request'>[], error: unknown): void {
  for (const { request } of pieces) {
    request.fail(error);
  }
}
