import { cpuBudget, readHostFacts } from '../../host/index.js';

/** A thread has so many bytes to read at least: starting one takes as long as reading half a megabyte. */
const bytesPerThread = 4 * 2 ** 20;
/** Memory is as fast as it gets with few of them. */
const mostThreads = 8;

let cores: Promise<number> | undefined;

/** Threads that read so many bytes together. */
export async function scanThreads(bytes: number): Promise<number> {
  cores ??= readHostFacts().then((facts) => cpuBudget(facts).threads);
  return Math.max(1, Math.min(mostThreads, await cores, Math.floor(bytes / bytesPerThread)));
}
