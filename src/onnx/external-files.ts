import { externalLocation, isExternal } from './external-data.js';
import type { OnnxModel } from './model.js';
import { everyTensor } from './walk-tensors.js';

/**
 * Lists the files beside a model that hold its weights, each once. Those of tensors in attributes and subgraphs count, too.
 *
 * @throws EXTERNAL_DATA
 * @example
 * ```ts
 * externalDataFiles(await readModel('model.onnx')); // ['/models/model.onnx_data']
 * ```
 */
export function externalDataFiles(model: OnnxModel): string[] {
  const external = everyTensor(model.proto).filter(isExternal);
  return [...new Set(external.map((tensor) => externalLocation(model.path, tensor).file))];
}
