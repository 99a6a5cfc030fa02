import { isRecord } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import { readDerivedNote, writeDerivedNote } from '../model/index.js';
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
  const found = await readDerivedNote(await placesFor(loaded, files, key, extension));
  return isFitness(found) ? found : undefined;
}

/** Notes what was found out about a model, for later processes. */
export async function noteFitness(
  loaded: LoadedBinding,
  files: ModelFiles,
  key: string,
  fitness: Fitness,
): Promise<void> {
  await writeDerivedNote(await placesFor(loaded, files, key, extension), fitness);
}

function isFitness(found: unknown): found is Fitness {
  const { reason, leastCosine } = isRecord(found) ? found : {};
  return typeof reason === 'string' || typeof leastCosine === 'number';
}
