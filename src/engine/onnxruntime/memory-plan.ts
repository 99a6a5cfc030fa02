import { type MappedCopy, mappedCopy, weightBytes } from '../../model/index.js';

/**
 * `fast`: every session packs the weights for its kernels, a copy for each. `shared`: all sessions calculate with the
 * mapped file itself, which takes hardly more for many sessions than for one, and is slower (batches 5–10 %, short
 * single texts 50–90 %). `auto`: shared if fast would take more than half of the memory that is granted.
 */
export const memoryModes = ['auto', 'fast', 'shared'] as const;
export type MemoryMode = (typeof memoryModes)[number];

export interface MemoryPlan {
  readonly mode: Exclude<MemoryMode, 'auto'>;
  /** Why it is not what was chosen. */
  readonly reason?: string;
  /** The file that the first session opens: the model's own, or a copy of it whose weights can be mapped. */
  readonly firstPath: () => Promise<string>;
  /** The file that further sessions open. */
  readonly furtherPath: () => Promise<string>;
}

/** What a worker takes besides weights: its JavaScript heap, and activations of a batch. */
const workerBytes = 48 * 2 ** 20;

/** Estimates the bytes that a pool takes in either mode, besides the bare process. */
export function memoryNeeds(weights: number, workers: number): Readonly<Record<MemoryPlan['mode'], number>> {
  return { fast: weights + workers * (weights + workerBytes), shared: weights + workers * workerBytes };
}

/**
 * Chooses how a pool holds its weights.
 *
 * @param granted bytes that the process may take
 */
export async function planMemory(
  onnxPath: string,
  mode: MemoryMode,
  workers: number,
  granted: number,
): Promise<MemoryPlan> {
  const needed = memoryNeeds(await weightBytes(onnxPath), workers);
  const chosen = mode === 'auto' ? (needed.fast > granted / 2 ? 'shared' : 'fast') : mode;
  // A single session with packed weights gains little from mapping: what it has packed it does not look at again.
  const copy = chosen === 'shared' ? await mappedCopy(onnxPath) : undefined;
  return {
    mode: copy?.isMapped === false ? 'fast' : chosen,
    reason: copy && reasonOfCopy(copy),
    firstPath: async () => copy?.path ?? onnxPath,
    furtherPath: async () => (await mappedCopy(onnxPath)).path,
  };
}

function reasonOfCopy({ isMapped, temporaryFolder }: MappedCopy): string | undefined {
  if (!isMapped) {
    return 'nowhere to write a shared copy, set OCTAVEC_CACHE';
  }
  return temporaryFolder && `in ${temporaryFolder}, the cache folder cannot be written to`;
}
