import { readFileSync } from 'node:fs';

/** Memory that a process takes, in bytes. */
export interface ProcessMemory {
  /** A page that several mappings share counts for each of them. */
  readonly residentBytes: number;
  /** A shared page counts by its share (PSS); only Linux tells. */
  readonly proportionalBytes?: number;
}

/** Reads the memory of this process, now. */
export function processMemory(): ProcessMemory {
  const proportional = kilobytes('/proc/self/smaps_rollup', 'Pss');
  return {
    residentBytes: process.memoryUsage().rss,
    proportionalBytes: proportional === undefined ? undefined : proportional * 1024,
  };
}

/**
 * Returns the largest resident memory of this process in bytes. On Linux a process inherits the maximum of getrusage
 * from the one that started it, so the kernel's own account of this program is read instead.
 */
export function peakMemory(): number {
  return (kilobytes('/proc/self/status', 'VmHWM') ?? process.resourceUsage().maxRSS) * 1024;
}

function kilobytes(path: string, key: string): number | undefined {
  try {
    const found = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(path, 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    // Not Linux, or an old one.
    return undefined;
  }
}
