import { type Location, OctavecError, pathOf, type TaskOptions } from '../base/index.js';
import { type ModelFiles, type OpenModelOptions, openModelFolder } from '../model/index.js';
import { convertedCopy } from './converted-copy.js';

export interface OpenConvertedOptions extends TaskOptions {
  /** Told once, when the model is converted. */
  readonly onNote?: (note: string) => void;
}

/**
 * Opens a folder that has weights and no ONNX file: it is converted into octavec's cache.
 *
 * @param error what opening it as it is gave; thrown where there is nothing to convert
 * @throws what {@link convertedCopy} and `openModelFolder` throw
 */
export async function openConverted(
  error: unknown,
  model: Location,
  opening: OpenModelOptions,
  { onNote, ...task }: OpenConvertedOptions,
): Promise<ModelFiles> {
  if (!(error instanceof OctavecError && error.code === 'MODEL_NOT_FOUND')) {
    throw error;
  }
  const path = pathOf('model', model);
  const copy = opening.variant === undefined ? await convertedCopy(path, task) : undefined;
  if (copy === undefined) {
    throw error;
  }
  if (copy.conversion !== undefined) {
    onNote?.(`${path} has no ONNX file; it was converted from its weights, and is kept in ${copy.folder}`);
  }
  return openModelFolder(copy.folder, opening);
}
