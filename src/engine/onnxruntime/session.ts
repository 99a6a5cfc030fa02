import { env, InferenceSession } from 'onnxruntime-node';
import { OctavecError, reasonOf } from '../../base/index.js';
import { type Accelerator, providers } from './device.js';

export interface SessionSettings {
  /** What errors call the model. */
  readonly onnxPath: string;
  /** The file to open, if it is a copy of the model with another layout. */
  readonly mappedPath?: string;
  /** Threads of one run. */
  readonly threads: number;
  /** Calculate with the weights as they lie in the file. */
  readonly sharesMemory?: boolean;
  /** Runs what it can; the CPU runs the rest. */
  readonly device?: Accelerator;
}

/**
 * Opens an ONNX Runtime session, blocking the thread that calls: only for worker threads. The file is given by its
 * path, so that external data are found beside it and mapped rather than read.
 *
 * @throws ENGINE_LOAD
 */
export async function createSession(settings: SessionSettings): Promise<InferenceSession> {
  const { onnxPath, mappedPath = onnxPath, threads, sharesMemory = false, device } = settings;
  // Libraries of devices that are missing are told by the error, and need not be printed, too.
  env.logLevel = 'fatal';
  try {
    return await InferenceSession.create(mappedPath, {
      executionProviders: device === undefined ? ['cpu'] : [providers[device], 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Patterns are kept for every shape that was met, and ours change from batch to batch.
      enableMemPattern: false,
      // 4 = fatal only. Errors are thrown, too, and warnings about somebody else's graph are of no use.
      logSeverityLevel: 4,
      extra: {
        session: {
          disable_prepacking: sharesMemory ? '1' : '0',
          // Waiting threads that spin take the CPU from everybody else.
          intra_op: { allow_spinning: '0' },
          inter_op: { allow_spinning: '0' },
        },
      },
    });
  } catch (error) {
    throw new OctavecError('ENGINE_LOAD', { path: onnxPath, why: plainReason(error) }, error);
  }
}

/** Strips C++ source places and signatures from a message of ONNX Runtime. */
export function plainReason(error: unknown): string {
  return reasonOf(error)
    .split('\n')[0]
    .replace(/^(Error: )?/, '')
    .replace(/\/?[\w./+-]+\.(?:cc|h|cpp):\d+ (?:[^()]*::[^()]*\([^)]*\)(?: const)?)?/g, ' ')
    .replace(/Load model from \S+ failed:\s*/, '')
    .replace(/^.*?\[ONNXRuntimeError\] : \d+ : \w+ : /, '')
    .replace(/^.* was false\.\s*(?=\S)/, '')
    .replace(/\s+/g, ' ')
    .replace(/[.:\s]+$/, '')
    .slice(0, 500);
}
