import { InferenceSession } from 'onnxruntime-node';
import { OctavecError, reasonOf } from '../../base/index.js';

export interface SessionSettings {
  readonly onnxPath: string;
  /** Threads of one run. */
  readonly threads: number;
}

/**
 * Opens an ONNX Runtime session, blocking the thread that calls: only for worker threads. The file is given by its
 * path, so that external data are found beside it and mapped rather than read.
 *
 * @throws ENGINE_LOAD
 */
export async function createSession({ onnxPath, threads }: SessionSettings): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(onnxPath, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Patterns are kept for every shape that was met, and ours change from batch to batch.
      enableMemPattern: false,
      // 3 = errors. Warnings about the graph of somebody else's model are of no use to its user.
      logSeverityLevel: 3,
      // Waiting threads that spin take the CPU from everybody else.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    throw new OctavecError('ENGINE_LOAD', { path: onnxPath, why: plainReason(error) }, error);
  }
}

/** What ONNX Runtime says, without the C++ places and signatures around it. */
export function plainReason(error: unknown): string {
  return reasonOf(error)
    .split('\n')[0]
    .replace(/^(Error: )?/, '')
    .replace(/\/?[\w./+-]+\.(cc|h|cpp):\d+\s+/g, '')
    .replace(/\b[\w:]*(::[\w~<>:]+)+\([^)]*\)\s*/g, '')
    .replace(/^.*?\[ONNXRuntimeError\] : \d+ : \w+ : /, '')
    .replace(/\s+/g, ' ')
    .replace(/[.:\s]+$/, '')
    .slice(0, 500);
}
