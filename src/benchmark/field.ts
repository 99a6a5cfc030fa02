import { setTimeout } from 'node:timers/promises';
import { throwIfCancelled } from '../base/index.js';
import type { EmbedderOptions } from '../embed/index.js';
import type { EngineDescription } from '../engine/index.js';
import type { CpuGroup } from './cpu-group.js';
import type { ModelProcess } from './model-process.js';
import type { Subject } from './subjects.js';
import type { Workload } from './workload.js';

/** A subject with its process. */
export interface Field {
  readonly subject: Subject;
  readonly workload: Workload;
  readonly process: ModelProcess;
  readonly engine: EngineDescription;
}

/** What all measurements of a benchmark have in common. */
export interface Place {
  readonly group?: CpuGroup;
  readonly embedder: EmbedderOptions;
  readonly signal?: AbortSignal;
  /** Told before each run, with the number of subjects that are still measured. */
  readonly onStep: (subjects: number) => void;
}

const signalDelayMs = 50;

/** Does something with processes, and ends them, whatever happens. */
export async function throughField<Result>(
  fields: readonly Pick<Field, 'process'>[],
  signal: AbortSignal | undefined,
  task: () => Promise<Result>,
): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    // Ctrl-C may end a process that was just started, and be heard of here a moment after its end.
    await setTimeout(signalDelayMs);
    throwIfCancelled(signal, 'measuring speed');
    throw error;
  } finally {
    await Promise.all(fields.map(({ process }) => process.stop()));
  }
}

/** Returns the items from one on, then those before it: who begins a round has a different machine before it. */
export function* inTurn<Item>(items: readonly Item[], first: number): Generator<readonly [number, Item]> {
  for (let i = 0; i < items.length; i++) {
    const index = (first + i) % items.length;
    yield [index, items[index]];
  }
}
