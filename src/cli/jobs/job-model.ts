import type { Command } from 'commander';
import { Embedder, type EmbedderOptions } from '../../embed/index.js';
import type { Job, LoadableModel } from '../../jobs/index.js';
import { folderWith } from '../../registry/index.js';
import { namedModel } from '../named-model.js';
import { positiveInteger } from '../options.js';
import { printNote } from '../print-note.js';

/** Flags of commands that load the model of a plan. */
export interface JobModelFlags {
  readonly model?: string;
  readonly threads?: number;
  readonly pool?: number;
  readonly offline?: boolean;
  readonly work?: string;
}

export function addJobModelOptions(command: Command): Command {
  return command
    .option('--model <model>', 'where the model is on this machine (default: as the plan names it)')
    .option('--threads <n>', 'threads of each session', positiveInteger)
    .option('--pool <n>', 'sessions that share the work', positiveInteger)
    .option('--offline', 'use what is on this machine, and never the network')
    .option('--work <folder>', "where parts are written before they are sent (default: octavec's cache)");
}

/** Loads the model of a plan, and says how another process loads it. */
export async function loadJobModel(
  { plan }: Job,
  flags: JobModelFlags,
  signal: AbortSignal,
): Promise<{ readonly embedder: Embedder; readonly model: LoadableModel }> {
  const found = await namedModel(flags.model ?? plan.model, flags);
  const path = folderWith(found, plan.variant);
  const options: EmbedderOptions = {
    variant: plan.variant,
    // A static model has one engine.
    ...(plan.engine !== 'static' && { engine: plan.engine }),
    threads: flags.threads,
    workers: flags.pool,
  };
  const embedder = await Embedder.load(path, { ...options, signal, onNote: printNote });
  return { embedder, model: { path, options } };
}
