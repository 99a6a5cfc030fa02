import { OctavecError, onAbort, reasonOf, version } from '../../base/index.js';
import { cpuBudget, readHostFacts } from '../../host/index.js';
import { type ModelFiles, weightBytes } from '../../model/index.js';
import {
  buildModel,
  type LoadedBinding,
  loadBinding,
  modelKey,
  type NativeBinding,
  type NativeJob,
  type NativeModel,
  type NativeModelOrReason,
  type NativePrecision,
  type NativeSession,
  type NoNativeModel,
  packedModel,
} from '../../native/index.js';
import type { Engine, EngineDescription, RunOptions, TokenBatch } from '../engine.js';
import { planThreads, type ThreadOptions } from '../thread-plan.js';
import { cutBatch } from './cut-batch.js';

/** Workers and threads come to the same here: so many threads in all, by default as many as CPUs are granted. */
export interface NativeEngineOptions extends ThreadOptions {
  /**
   * `int8` (default) quantizes FP32 and FP16 weights when they are loaded; `bf16` rounds them, where the processor multiplies
   * BF16; `fp32` is the slow reference path.
   */
  readonly precision?: NativePrecision;
}

/**
 * Returns the instruction set that the native engine uses here ("avx512-vnni"), or the reason why it cannot run, in one
 * line.
 */
export function nativeEngineState(): { readonly isa: string } | { readonly reason: string } {
  const loaded = loadBinding();
  return 'reason' in loaded ? loaded : { isa: loaded.binding.isa ?? 'unknown' };
}

/**
 * Loads a model into the native engine, if it is built for this machine and knows the model.
 *
 * @returns the engine, or in one line why it cannot be used; octavec then runs the model on ONNX Runtime
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX, ONNX_CORRUPT, ONNX_LIMIT, EXTERNAL_DATA
 */
export async function tryNativeEngine(
  files: ModelFiles,
  options: NativeEngineOptions = {},
): Promise<{ readonly engine: Engine; readonly vocabulary: number } | NoNativeModel> {
  const loaded = loadBinding();
  if ('reason' in loaded) {
    return loaded;
  }
  const { binding } = loaded;
  const precision = options.precision ?? 'int8';
  if (precision === 'int8' && binding.isa === 'portable' && process.env.OCTAVEC_ISA === undefined) {
    return { reason: 'this processor has none of the instruction sets that the native engine is fast with' };
  }
  const { workers, threads, reason } = planThreads(cpuBudget(await readHostFacts()), options);
  const loading = await loadModel(loaded, files, precision);
  if ('reason' in loading) {
    return loading;
  }
  const plan = { workers: 1, threadsPerWorker: workers * threads, threadsReason: reason };
  const { model } = loading;
  try {
    return { engine: new NativeEngine(binding, model, files.onnxPath, precision, plan), vocabulary: model.vocabulary };
  } catch (error) {
    binding.releaseModel(model);
    const why = `${reasonOf(error)} (${plan.threadsPerWorker})`;
    return { reason: `the native engine cannot run here: ${why}`, mayPass: true };
  }
}

/** Smaller models are built while a thread would start. */
const worthPackingBytes = 8 * 2 ** 20;

/** Returns the model that the process holds already, or else loads it. */
async function loadModel(
  loaded: LoadedBinding,
  files: ModelFiles,
  precision: NativePrecision,
): Promise<NativeModelOrReason> {
  const { binding } = loaded;
  const key = await modelKey(files, precision);
  const known = binding.findModel(key);
  if (known !== undefined) {
    return { model: known };
  }
  const isPacked = precision !== 'fp32' && (await weightBytes(files.onnxPath)) >= worthPackingBytes;
  return isPacked ? packedModel(loaded, files, precision, key) : buildModel(binding, files, precision, key);
}

const partsAtOnce = 2;

type ThreadFacts = Pick<EngineDescription, 'workers' | 'threadsPerWorker' | 'threadsReason'>;

class NativeEngine implements Engine {
  readonly description: EngineDescription;
  readonly width: number;
  readonly #binding: NativeBinding;
  /** A share of the weights, which others that load the same model have, too. */
  readonly #model: NativeModel;
  readonly #session: NativeSession;
  readonly #path: string;
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(
    binding: NativeBinding,
    model: NativeModel,
    path: string,
    precision: NativePrecision,
    threads: ThreadFacts,
  ) {
    this.#binding = binding;
    this.#model = model;
    this.#path = path;
    this.#session = binding.openSession(model, threads.threadsPerWorker);
    this.width = model.width;
    const name = precision === 'bf16' ? 'native-bf16' : 'native';
    this.description = { name, version: `${version} ${model.isa}`, ...threads, memory: 'shared' };
  }

  embed(batch: TokenBatch, options: RunOptions = {}): Promise<Float32Array> {
    return this.#run(batch, options, false);
  }

  hiddenStates(batch: TokenBatch, options: RunOptions = {}): Promise<Float32Array> {
    return this.#run(batch, options, true);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    this.#binding.closeSession(this.#session);
    this.#binding.releaseModel(this.#model);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(batch: TokenBatch, options: RunOptions, wantHidden: boolean): Promise<Float32Array> {
    const { signal, unpooledTokens = 0, onDone } = options;
    if (this.#closed) {
      throw new OctavecError('CLOSED', { what: 'engine' });
    }
    if (signal?.aborted) {
      throw new OctavecError('CANCELLED', { what: 'embedding' }, signal.reason);
    }
    this.#checkIds(batch.ids);
    const width = wantHidden ? this.#model.hiddenWidth : this.width;
    const rows = wantHidden ? batch.ids.length : batch.offsets.length - 1;
    const out = new Float32Array(rows * width);
    const jobs = new Set<NativeJob>();
    const cancel = () => {
      for (const job of jobs) {
        this.#binding.cancel(this.#session, job);
      }
    };
    const forget = onAbort(signal, cancel);
    const parts = cutBatch(batch);
    const waiting = parts.values();
    // Two parts at a time keep the threads busy; all at once, other callers would stand behind them.
    const lanes = Array.from({ length: Math.min(partsAtOnce, parts.length) }, async () => {
      for (const { ids, offsets, firstText, firstToken } of waiting) {
        signal?.throwIfAborted();
        const start = wantHidden ? firstToken : firstText;
        const end = start + (wantHidden ? ids.length : offsets.length - 1);
        const target = out.subarray(start * width, end * width);
        try {
          const wanted = wantHidden ? 1 : 0;
          const [done, job] = this.#binding.run(this.#session, ids, offsets, unpooledTokens, wanted, target);
          jobs.add(job);
          await done;
          jobs.delete(job);
        } catch (error) {
          throw new OctavecError('ENGINE_RUN', { path: this.#path, why: reasonOf(error) }, error);
        }
        onDone?.(offsets.length - 1, ids.length);
      }
    });
    const all = Promise.all(lanes);
    this.#running.add(all);
    try {
      await all;
      return out;
    } catch (error) {
      cancel();
      if (signal?.aborted) {
        throw new OctavecError('CANCELLED', { what: 'embedding' }, signal.reason);
      }
      throw error;
    } finally {
      // The other lane may still run; nobody waits for it but `close`.
      const settled = Promise.allSettled(lanes);
      this.#running.delete(all);
      this.#running.add(settled);
      settled.then(() => this.#running.delete(settled));
      forget();
    }
  }

  #checkIds(ids: Int32Array): void {
    const { vocabulary } = this.#model;
    for (const id of ids) {
      if (id < 0 || id >= vocabulary) {
        throw new OctavecError('TOKEN_OUT_OF_RANGE', { path: this.#path, id, size: vocabulary });
      }
    }
  }
}
