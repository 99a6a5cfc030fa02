import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mappedCopy } from '../../model/index.js';

/**
 * `fast`: every session packs the weights for its kernels, a copy for each. `shared`: all sessions calculate with the
 * mapped file itself, which takes hardly more for many sessions than for one, and is slower (batches 5–10 %, short
 * single texts 50–90 %). `auto`: shared if fast would take more than half of the memory that is granted.
 */
export const memoryModes = ['auto', 'fast', 'shared'] as const;
export type MemoryMode = (typeof memoryModes)[number];

export interface MemoryPlan {
  readonly mode: Exclude<MemoryMode, 'auto'>;
  /** The file that the first session opens: the model's own, or a copy of it whose weights can be mapped. */
  readonly firstPath: () => Promise<string>;
  /** The file that further sessions open. */
  readonly furtherPath: () => Promise<string>;
}

/** What a worker takes besides weights: its JavaScript heap, and activations of a batch. */
const workerBytes = 48 * 2 ** 20;

/** @param granted bytes that the process may take */
export async function planMemory(
  onnxPath: string,
  mode: MemoryMode,
  workers: number,
  granted: number,
): Promise<MemoryPlan> {
  const weights = await modelBytes(onnxPath);
  const needed = weights + workers * (weights + workerBytes);
  const chosen = mode === 'auto' ? (needed > granted / 2 ? 'shared' : 'fast') : mode;
  return {
    mode: chosen,
    // A single session with packed weights gains little from mapping: what it has packed it does not look at again.
    firstPath: async () => (chosen === 'shared' ? mappedCopy(onnxPath) : onnxPath),
    furtherPath: () => mappedCopy(onnxPath),
  };
}

/** The ONNX file and external data files that are named after it. */
async function modelBytes(onnxPath: string): Promise<number> {
  const [folder, name] = [dirname(onnxPath), basename(onnxPath)];
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.startsWith(name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
