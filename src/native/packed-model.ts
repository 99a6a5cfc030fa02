import { access } from 'node:fs/promises';
import type { OctavecError } from '../base/index.js';
import { type DerivedPlace, derivedPlaces, type ModelFiles } from '../model/index.js';
import { WorkerChannel } from '../threads/index.js';
import type { LoadedBinding, NativeBinding, NativeModel } from './binding.js';
import type { NativeModelOrReason, NoNativeModel } from './build-model.js';
import type { NativePrecision } from './description-format.js';

/**
 * Packed models are kept in the cache folder. Where there is one, a model is ready in some milliseconds, and all
 * processes that run it share its memory.
 */

/** What is recognised and how it is described; native/core/model_file.cpp has a number of its own for the layout. */
const packingVersion = 3;

export interface PackSettings {
  /** The model to pack. */
  readonly files: ModelFiles;
  /** Precision in which it runs. */
  readonly precision: NativePrecision;
  /** Key under which processes share the model. */
  readonly key: string;
  /** Where to write the packed model: the first that can be written. */
  readonly targets: readonly string[];
}

/** Where the packed model is. If no target could be written, the thread holds the model itself until it is ended. */
export type PackedOrReason = { readonly packed: string | undefined } | NoNativeModel;

export interface Packing {
  start(settings: PackSettings): PackedOrReason;
}

/** Returns the model that was packed before, or else packs it in a thread, so that the event loop stays free. */
export async function packedModel(
  loaded: LoadedBinding,
  files: ModelFiles,
  precision: NativePrecision,
  key: string,
): Promise<NativeModelOrReason> {
  const { binding } = loaded;
  const places = await placesFor(loaded, files, key);
  for (const place of places) {
    const model = await mapped(binding, place, precision, key);
    if (model !== undefined) {
      return { model };
    }
  }
  const targets = places.map(({ target }) => target);
  const settings: PackSettings = { files, precision, key, targets };
  const worker = new WorkerChannel<Packing>(new URL('./pack-worker.js', import.meta.url), settings, {
    path: files.onnxPath,
  });
  try {
    const answer = await worker.started().catch(reasonOfDeath);
    if ('reason' in answer) {
      return answer;
    }
    const place = places.find(({ target }) => target === answer.packed);
    const model = place === undefined ? binding.findModel(key) : await mapped(binding, place, precision, key);
    await place?.removeOld();
    return model === undefined ? { reason: 'the packed model is gone', mayPass: true } : { model };
  } finally {
    await worker.kill();
    binding.trimMemory();
  }
}

/** Turns the death of the packing thread (it ran out of memory, say) into a reason to use another engine. */
function reasonOfDeath(error: OctavecError): NoNativeModel {
  if (error.code !== 'ENGINE_DIED') {
    throw error;
  }
  const { why } = (error as OctavecError<'ENGINE_DIED'>).details;
  return { reason: `the native engine cannot take this model: ${why}`, mayPass: true };
}

/** Returns the places for a file about a model, as this binary on this processor makes it. */
export function placesFor(
  { binding, build }: LoadedBinding,
  files: ModelFiles,
  key: string,
  extension = '.packed',
): Promise<readonly DerivedPlace[]> {
  const way = JSON.stringify([build, binding.isa, key]);
  const derivation = { kind: 'native', version: packingVersion, extension, way };
  return derivedPlaces(files.onnxPath, derivation);
}

/** Maps a packed model; undefined if there is none, or none that can be used. */
async function mapped(
  binding: NativeBinding,
  place: DerivedPlace,
  precision: NativePrecision,
  key: string,
): Promise<NativeModel | undefined> {
  try {
    await access(place.target);
    const model = await binding.mapModel(key, place.target, precision === 'bf16');
    // A cache that came with an image may not be writable.
    await place.noteUse().catch(() => undefined);
    return model;
  } catch {
    return undefined;
  }
}
