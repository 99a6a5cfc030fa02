import { checkChoice, checkCount, OctavecError, throwIfCancelled, unlessCancelled } from '../../base/index.js';
import { cpuBudget, memoryBudget, readHostFacts } from '../../host/index.js';
import { checkOnnxFile, type ModelFiles } from '../../model/index.js';
import { outputChoice } from '../../output/index.js';
import { type Isolation, isolations } from '../../threads/index.js';
import type { Engine } from '../engine.js';
import { QuotaPacer } from '../quota-pacer.js';
import { planThreads, type ThreadOptions } from '../thread-plan.js';
import type { Accelerator, Device } from './device.js';
import { type MemoryMode, memoryModes, planMemory } from './memory-plan.js';
import { type PoolSettings, WorkerPool } from './worker-pool.js';

/** Without `workers` and `threads` the granted CPUs are shared out (see `planThreads`). */
export interface EngineOptions extends ThreadOptions {
  /** What the model is computed on; `cpu` by default. */
  readonly device?: Device;
  /** What a worker is; `thread` by default. */
  readonly isolation?: Isolation;
  /** How weights are held in memory; `auto` by default. */
  readonly memory?: MemoryMode;
  /**
   * Padded tokens of one batch at most (texts × longest text). More take more memory and are no faster: activations
   * leave the caches. By default 1024, or 512 a thread where that is more; with `shared` memory a quarter of it.
   */
  readonly batchTokens?: number;
  /** Cancels the loading. */
  readonly signal?: AbortSignal;
}

/** With the device that was found. */
export interface PoolOptions extends Omit<EngineOptions, 'device'> {
  /** The device that was found; the CPU if left out. */
  readonly device?: Accelerator;
}

type RunnableFiles = Pick<ModelFiles, 'onnxPath' | 'padTokenId' | 'head' | 'headSource' | 'facts' | 'output' | 'task'>;

const leastBatchTokens = 1024;
const batchTokensPerThread = 512;

/** Devices besides the CPU have thousands of lanes to fill. */
const deviceTokens = 16_384;

/** Where memory is short, activations count more than the 3 % that smaller batches cost. */
const sharedBatchTokens = 0.25;

/**
 * Attention holds texts × heads × longest² numbers. Batches of texts longer than this get smaller by it, so that
 * attention never takes more than with texts of this length: 6 MB for 12 heads and 1024 tokens.
 */
const longTextTokens = 128;

/**
 * Checks the options of an engine.
 *
 * @throws USAGE
 */
export function checkEngineOptions({ isolation, memory, batchTokens }: Omit<EngineOptions, 'device'>): void {
  checkChoice('isolation', isolation, isolations);
  checkChoice('memory', memory, memoryModes);
  checkCount('batchTokens', batchTokens);
}

/**
 * Loads a model into ONNX Runtime sessions in worker threads. The engine does not keep the process alive while it has
 * nothing to do.
 *
 * @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT, USAGE, CANCELLED; FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX,
 *   ONNX_CORRUPT, ONNX_LIMIT, EXTERNAL_DATA
 */
export async function loadOnnxRuntimeEngine(files: RunnableFiles, options: PoolOptions = {}): Promise<Engine> {
  const { signal } = options;
  checkEngineOptions(options);
  throwIfCancelled(signal, 'loading the model');
  return unlessCancelled(loadPool(files, options), signal, 'loading the model', (late) => late.close());
}

async function loadPool(files: RunnableFiles, options: PoolOptions): Promise<Engine> {
  const facts = await readHostFacts();
  const { device } = options;
  // A session on another device has a copy of the weights there, and keeps it busy alone.
  const wished = device === undefined ? options : { ...options, workers: options.workers ?? 1 };
  const { workers, threads, reason } = planThreads(cpuBudget(facts), wished);
  const { onnxPath, padTokenId, head } = files;
  const memory = await planMemory(
    onnxPath,
    options.memory ?? (device === undefined ? 'auto' : 'fast'),
    workers,
    memoryBudget(facts),
  );
  const choice = outputChoice(files);
  const settings = { onnxPath, threads, padTokenId, head, choice, device, sharesMemory: memory.mode === 'shared' };
  const usualTokens = device === undefined ? Math.max(leastBatchTokens, batchTokensPerThread * threads) : deviceTokens;
  const tokens = options.batchTokens ?? usualTokens * (memory.mode === 'shared' ? sharedBatchTokens : 1);
  return startPool(onnxPath, {
    pacer: facts.cpuQuota && new QuotaPacer(facts.cpuQuota.value),
    size: workers,
    isolation: options.isolation ?? 'thread',
    limits: { tokens, squaredTokens: tokens * longTextTokens },
    first: { ...settings, mappedPath: await memory.firstPath() },
    further: async () => ({ ...settings, mappedPath: await memory.furtherPath() }),
    description: {
      name: 'onnxruntime',
      workers,
      threadsPerWorker: threads,
      threadsReason: reason,
      memory: memory.mode,
      batchTokens: tokens,
      ...(device && { device }),
      ...(memory.reason && { memoryReason: memory.reason }),
    },
  });
}

async function startPool(onnxPath: string, settings: PoolSettings): Promise<WorkerPool> {
  try {
    return await WorkerPool.start(settings);
  } catch (error) {
    if (error instanceof OctavecError && error.code === 'ENGINE_LOAD') {
      // octavec's own reader says more precisely what is wrong with a file.
      await checkOnnxFile(onnxPath);
    }
    throw error;
  }
}
