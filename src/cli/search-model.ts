import { Embedder } from '../embed/index.js';
import type { EngineChoice } from '../engine/index.js';
import { folderWith, lastingName } from '../registry/index.js';
import type { LoadModel } from '../search/index.js';
import { settingsOf } from './configured.js';
import { namedModel } from './named-model.js';
import { printNote } from './print-note.js';

/** Flags of the commands that open an index, as far as they are about its model. */
export interface SearchModelFlags {
  readonly config?: string;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly pool?: number;
  readonly offline?: boolean;
}

/** Loads an index's model as all commands find theirs. */
export function searchModel(flags: SearchModelFlags, signal?: AbortSignal): LoadModel {
  return async (name, variant) => {
    const { run } = await settingsOf(flags);
    const found = await namedModel(name, flags);
    const embedder = await Embedder.load(folderWith(found, variant), {
      ...run,
      variant: variant === 'fp32' ? undefined : variant,
      workers: flags.pool,
      signal,
      onNote: printNote,
    });
    return { embedder, revision: found.revision, name: lastingName(found) };
  };
}
