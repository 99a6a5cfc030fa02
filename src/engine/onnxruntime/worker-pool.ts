import { OctavecError } from '../../base/index.js';
import type { Isolation } from '../../threads/index.js';
import type { Engine, EngineDescription, RunOptions, TokenBatch } from '../engine.js';
import type { QuotaPacer } from '../quota-pacer.js';
import { batchMessage, deliverBatch } from './batch.js';
import { type BatchLimits, limitsWithin } from './batch-room.js';
import { PoolGrowth } from './pool-growth.js';
import { type PooledWorker, runBatch, startWorker } from './pooled-worker.js';
import type { EncoderFacts, Wanted, WorkerSettings } from './protocol.js';
import { type Piece, Request } from './request.js';
import { RequestQueue } from './request-queue.js';

export interface PoolSettings {
  /** Workers at most. */
  readonly size: number;
  /** How large batches may be. */
  readonly limits: BatchLimits;
  /** Whether workers are threads or processes. */
  readonly isolation: Isolation;
  /** What the first worker is started with. */
  readonly first: WorkerSettings;
  /** What further workers are started with. */
  readonly further: () => Promise<WorkerSettings>;
  /** What the engine says of itself. */
  readonly description: Omit<EngineDescription, 'version'>;
  /** Says when a batch may begin. */
  readonly pacer?: QuotaPacer;
}

/** A piece of a batch that came to nothing, to be run by itself. */
interface Again {
  readonly piece: Piece;
  /** Whether it may be tried once more if its worker dies. */
  readonly mayRetry: boolean;
}

/**
 * Several workers with a session each that share the work of all callers. One is there from the beginning, the others
 * are started when there is work for them, and in the place of one that died.
 */
export class WorkerPool implements Engine {
  readonly description: EngineDescription;
  readonly width: number;
  readonly maxTokens: number | undefined;
  readonly #settings: PoolSettings;
  readonly #hiddenWidth: number | undefined;
  readonly #vocabulary: number | undefined;
  readonly #queue: RequestQueue;
  readonly #growth: PoolGrowth;
  /** Caller by caller, so that one whose texts kill workers or cannot be run does not take others along. */
  readonly #again: Again[] = [];
  readonly #idle: PooledWorker[] = [];
  #busy = 0;
  #isStarting = false;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #whenQuiet: (() => void) | undefined;

  private constructor(settings: PoolSettings, worker: PooledWorker, facts: EncoderFacts) {
    this.#settings = settings;
    this.#queue = new RequestQueue(limitsWithin(settings.limits, facts.fixed));
    this.#growth = new PoolGrowth(settings.limits.tokens);
    this.#hiddenWidth = facts.hiddenWidth;
    this.#vocabulary = facts.vocabulary;
    this.width = facts.width;
    this.maxTokens = facts.fixed.tokens;
    const isFixed = Object.keys(facts.fixed).length > 0;
    const { output, version } = facts;
    this.description = { ...settings.description, version, output, ...(isFixed && { fixedShape: facts.fixed }) };
    this.#welcome(worker);
  }

  /**
   * Starts a pool with its first worker.
   *
   * @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT
   */
  static async start(settings: PoolSettings): Promise<WorkerPool> {
    const { worker, facts } = await startWorker(settings.first, settings.isolation);
    return new WorkerPool(settings, worker, facts);
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
    const unknown = this.#vocabulary === undefined ? undefined : firstBeyond(batch.ids, this.#vocabulary);
    if (unknown !== undefined) {
      const details = { path: this.#settings.first.onnxPath, id: unknown, size: this.#vocabulary as number };
      return Promise.reject(new OctavecError('TOKEN_OUT_OF_RANGE', details));
    }
    const long = this.maxTokens === undefined ? undefined : firstLonger(batch.offsets, this.maxTokens);
    if (long !== undefined) {
      const details = { ...long, maxTokens: this.maxTokens as number };
      return Promise.reject(new OctavecError('TEXT_TOO_LONG', details));
    }
    const request = new Request(wanted, batch, width, options, (failed) => {
      this.#queue.remove(failed);
      this.#dispatch();
    });
    this.#queue.add(request);
    this.#dispatch();
    return request.result;
  }

  get #hasWork(): boolean {
    return this.#again.length > 0 || !this.#queue.isEmpty;
  }

  /** Gives what waits to idle workers. */
  #dispatch(): void {
    clearTimeout(this.#timer);
    while (this.#idle.length > 0 && this.#hasWork) {
      const delay = this.#settings.pacer?.delayMs() ?? 0;
      if (delay > 0) {
        this.#timer = setTimeout(() => this.#dispatch(), delay);
        break;
      }
      this.#runNext(this.#idle.pop() as PooledWorker);
    }
    this.#grow();
    if (this.#busy === 0 && !this.#isStarting && !this.#hasWork) {
      this.#whenQuiet?.();
    }
  }

  #runNext(worker: PooledWorker): void {
    const again = this.#again.shift();
    if (again?.piece.request.isSettled) {
      this.#idle.push(worker);
      return;
    }
    const pieces = again === undefined ? this.#queue.take(this.#settings.size) : [again.piece];
    void this.#run(worker, pieces, again?.mayRetry ?? true);
  }

  /** Starts another worker if one is due, or looks again when it will be. */
  #grow(): void {
    const alive = this.#idle.length + this.#busy;
    if (this.#isStarting || this.#idle.length > 0 || alive >= this.#settings.size || !this.#hasWork) {
      return;
    }
    const { waitingTokens, oldestAgeMs } = this.#queue;
    const dueInMs = this.#growth.dueInMs({ alive, waitingTokens, oldestAgeMs });
    if (dueInMs === 0) {
      void this.#startWorker();
    } else {
      this.#timer = setTimeout(() => this.#dispatch(), dueInMs);
    }
  }

  async #run(worker: PooledWorker, pieces: readonly Piece[], mayRetry: boolean): Promise<void> {
    this.#busy++;
    try {
      const { data, cpuMs } = await runBatch(worker, batchMessage(pieces));
      this.#settings.pacer?.spend(cpuMs);
      deliverBatch(pieces, data);
    } catch (error) {
      if (worker.isAlive ? pieces.length > 1 : mayRetry) {
        this.#again.push(...pieces.map((piece) => ({ piece, mayRetry: worker.isAlive && mayRetry })));
      } else {
        failAll(
          pieces.map(({ request }) => request),
          error,
        );
      }
    }
    this.#busy--;
    if (worker.isAlive) {
      this.#idle.push(worker);
    }
    this.#dispatch();
  }

  /** Takes in a worker, and lets go of it should it die while it has nothing to do. */
  #welcome(worker: PooledWorker): void {
    worker.onDeath(() => {
      const place = this.#idle.indexOf(worker);
      if (place >= 0) {
        this.#idle.splice(place, 1);
        this.#dispatch();
      }
    });
    if (worker.isAlive) {
      this.#idle.push(worker);
    }
  }

  /** Starts a worker. If none is left and none can be started, all that wait fail with the reason. */
  async #startWorker(): Promise<void> {
    this.#isStarting = true;
    try {
      const { worker } = await startWorker(await this.#settings.further(), this.#settings.isolation);
      this.#growth.started();
      this.#welcome(worker);
    } catch (error) {
      this.#growth.failed();
      // A worker that was killed while it loaded may do better next time; one that could not load will not.
      const isHopeless = this.#growth.isHopeless || (error as OctavecError).code !== 'ENGINE_DIED';
      if (isHopeless && this.#idle.length + this.#busy === 0) {
        this.#growth.giveUp();
        failAll([...this.#again.splice(0).map(({ piece }) => piece.request), ...this.#queue.clear()], error);
      }
    }
    this.#isStarting = false;
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

function failAll(requests: readonly Request[], error: unknown): void {
  for (const request of requests) {
    request.fail(error);
  }
}

/** Finds the first id that a vocabulary of this size does not have. */
function firstBeyond(ids: Int32Array, vocabulary: number): number | undefined {
  return ids.find((id) => id < 0 || id >= vocabulary);
}

/** Finds the first text with more tokens than allowed. */
function firstLonger(
  offsets: Int32Array,
  most: number,
): { readonly index: number; readonly tokens: number } | undefined {
  const index = offsets.findIndex((start, text) => offsets[text + 1] - start > most);
  return index < 0 ? undefined : { index, tokens: offsets[index + 1] - offsets[index] };
}
