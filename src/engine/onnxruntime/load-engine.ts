import { availableParallelism } from 'node:os';
import type { ModelFiles } from '../../model/index.js';
import type { Engine } from '../engine.js';
import type { BatchLimits } from './request-queue.js';
import { WorkerPool } from './worker-pool.js';

export interface EngineOptions {
  /** Sessions that run side by side, each in a thread of its own. 1 by default. */
  readonly workers?: number;
  /** Threads of each session. */
  readonly threads?: number;
  /** Padded tokens of one batch at most (texts × longest text). 4096 by default. */
  readonly batchTokens?: number;
}

const defaultBatchTokens = 4096;

/** 128 MB for twelve heads in float32: texts × longest² × 12 × 4 bytes. */
const maxSquaredTokens = 2 ** 28 / 96;

/**
 * Loads a model into ONNX Runtime sessions in worker threads. The engine does not keep the process alive while it has
 * nothing to do.
 *
 * @throws ENGINE_LOAD, ENGINE_RUN, ENGINE_DIED, MODEL_OUTPUT
 */
export async function loadOnnxRuntimeEngine(
  files: Pick<ModelFiles, 'onnxPath' | 'padTokenId' | 'head'>,
  options: EngineOptions = {},
): Promise<Engine> {
  const { workers = 1, threads = availableParallelism(), batchTokens = defaultBatchTokens } = options;
  const limits: BatchLimits = { tokens: batchTokens, squaredTokens: maxSquaredTokens };
  const { onnxPath, padTokenId, head } = files;
  return WorkerPool.start({ onnxPath, threads, padTokenId, head }, workers, limits);
}
