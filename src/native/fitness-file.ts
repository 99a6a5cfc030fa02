import { readFile } from 'node:fs/promises';
import { writeOutputFile } from '../files/index.js';
import type { ModelFiles } from '../model/index.js';
import type { LoadedBinding } from './binding.js';
import { placesFor } from './packed-model.js';

/** Whether the native engine is fit to run a model, as was found out once. */
export interface Fitness {
  /** Why it is not. */
  readonly reason?: string;
  /** Cosine between a vector of it and one of ONNX Runtime, the least of some fixed texts. */
  readonly leastCosine?: number;
}

/** It stands beside the packed model, and holds for the same file, binary and processor. */
const extension = '.fitness.json';

/** Reads what was found out about a model before; undefined if nothing was, or it cannot be read. */
export async function knownFitness(
  loaded: LoadedBinding,
  files: ModelFiles,
  key: string,
): Promise<Fitness | undefined> {
  for (const place of await placesFor(loaded, files, key, extension)) {
    try {
      const found: unknown = JSON.parse(await readFile(place.target, 'utf8'));
      await place.noteUse().catch(() => undefined);
      return isFitness(found) ? found : undefined;
    } catch {
      // Not there, or damaged: it is found out again.
    }
  }
  return undefined;
}

/** Notes what was found out about a model. Where nothing can be written, it is found out each time. */
export async function noteFitness(
  loaded: LoadedBinding,
  files: ModelFiles,
  key: string,
  fitness: Fitness,
): Promise<void> {
  for (const place of await placesFor(loaded, files, key, extension)) {
    try {
      await writeOutputFile(place.target, `${JSON.stringify(fitness)}\n`);
      await place.noteUse();
      return;
    } catch {
      // Not writable, or full.
    }
  }
}

function isFitness(found: unknown): found is Fitness {
  const { reason, leastCosine } = (found ?? {}) as { readonly [key in keyof Fitness]: unknown };
  return typeof reason === 'string' || typeof leastCosine === 'number';
}
