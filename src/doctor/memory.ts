import { readFile } from 'node:fs/promises';
import { freemem } from 'node:os';
import { counted, formatBytes } from '../base/index.js';
import { memoryNeeds } from '../engine/index.js';
import { type HostFacts, memoryBudget, readGroupMemoryLeft } from '../host/index.js';
import type { Finding } from './finding.js';

/** What a bare Node.js process with octavec and a tokenizer takes, roughly. */
const processBytes = 100e6;

/** Memory as it is now. */
export interface MemoryNow {
  /** Bytes that can still be taken: what the machine has available, and what the group may still take. */
  readonly leftBytes: number;
}

export async function readMemoryNow(): Promise<MemoryNow> {
  const [info, groupLeft] = await Promise.all([
    readFile('/proc/meminfo', 'utf8').catch(() => ''),
    readGroupMemoryLeft(),
  ]);
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(info)?.[1];
  const available = kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
  return { leftBytes: Math.min(available, groupLeft ?? Number.POSITIVE_INFINITY) };
}

/**
 * Reports the memory that is granted, against what a model takes.
 *
 * @param weights bytes of the model's file; undefined for no model
 */
export function memoryFinding(
  host: HostFacts,
  { leftBytes }: MemoryNow,
  weights: number | undefined,
  workers: number,
): Finding {
  const granted = memoryBudget(host);
  const limit =
    host.memoryLimit === undefined ? '' : `, limited to ${formatBytes(granted)} (${host.memoryLimit.source})`;
  const have = `${formatBytes(host.memoryBytes)} of memory${limit}, ${formatBytes(leftBytes)} left`;
  const figures = { memoryBytes: host.memoryBytes, limit: host.memoryLimit, leftBytes };
  if (weights === undefined) {
    return { id: 'memory', status: 'ok', found: `${have}.`, figures };
  }
  const needs = memoryNeeds(weights, workers);
  const needed = { fast: needs.fast + processBytes, shared: needs.shared + processBytes };
  const all = { ...figures, needed };
  const takes = `The model takes about ${formatBytes(needed.fast)} with ${counted(workers, 'worker')}, ${formatBytes(needed.shared)} with shared weights`;
  if (needed.shared > leftBytes) {
    return {
      id: 'memory',
      status: 'problem',
      essential: true,
      found: `${have}. ${takes}: too much.`,
      advice:
        'Take a smaller variant (octavec quantize --to int8 or q4), fewer workers, or grant more memory: the system would end the process.',
      figures: all,
    };
  }
  return needed.fast > leftBytes
    ? {
        id: 'memory',
        status: 'warning',
        found: `${have}. ${takes}.`,
        advice: "Only shared weights fit (memory: 'shared'), which is slower; take fewer workers or a smaller variant.",
        figures: all,
      }
    : { id: 'memory', status: 'ok', found: `${have}. ${takes}.`, figures: all };
}
