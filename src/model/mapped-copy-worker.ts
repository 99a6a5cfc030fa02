import { parentPort, workerData } from 'node:worker_threads';
import { isExternal, type OnnxModel, readModel, tensorByteLength, writeModel } from '../onnx/index.js';
import type { FromMappedCopyWorker, MappedCopySettings } from './mapped-copy.js';

/** A thread that writes one copy of a model with its weights outside. What it throws is its answer, too. */

/** Less than this inside is not worth a copy. */
const worthwhileBytes = 1024 * 1024;

const { source, target } = workerData as MappedCopySettings;
const model = await readModel(source);
let answer: FromMappedCopyWorker = 'external already';
if (bytesInside(model) >= worthwhileBytes) {
  await writeModel(model, target, { weights: 'external' });
  answer = 'written';
}
parentPort?.postMessage(answer);

function bytesInside(model: OnnxModel): number {
  return model.proto.graph.initializer
    .filter((tensor) => !isExternal(tensor) && tensor.rawData !== undefined)
    .reduce((sum, tensor) => sum + tensorByteLength(model, tensor), 0);
}
