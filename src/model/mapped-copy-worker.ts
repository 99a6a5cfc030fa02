import { isExternal, type OnnxModel, readModel, tensorByteLength, writeModel } from '../onnx/index.js';
import { serveCalls } from '../threads/index.js';
import type { MappedCopying } from './mapped-copy.js';

/** A thread that writes one copy of a model with its weights outside. */

/** Less than this inside is not worth a copy. */
const worthwhileBytes = 1024 * 1024;

serveCalls<MappedCopying>(async ({ source, target }) => {
  const model = await readModel(source);
  if (bytesInside(model) < worthwhileBytes) {
    return { ready: 'external already', answers: {} };
  }
  await writeModel(model, target, { weights: 'external' });
  return { ready: 'written', answers: {} };
});

function bytesInside(model: OnnxModel): number {
  return model.proto.graph.initializer
    .filter((tensor) => !isExternal(tensor) && tensor.rawData !== undefined)
    .reduce((sum, tensor) => sum + tensorByteLength(model, tensor), 0);
}
