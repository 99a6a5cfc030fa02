import { basename, dirname, join } from 'node:path';
import { writeOutputFile } from '../files/index.js';
import { encodeModel } from './encode.js';
import { outsideTensor } from './external-layout.js';
import { withGraph } from './model.js';
import { largeBytes, readStructure } from './read-structure.js';

/**
 * Writes a second model file beside a model whose weights are inside: its external data are the first one's own bytes.
 * Run times map external data, so a session on it takes the memory of the weights once, where one on the file itself
 * parses and copies them. It is of use as long as the first file stays where it is.
 *
 * @param name of the file that is written; "mapped-" and the first one's name by default
 * @returns its path
 * @throws what {@link readStructure} throws, OUTPUT_NOT_WRITABLE, DISK_FULL
 * @example
 * ```ts
 * const path = await writeMappedView('onnx/model.onnx', 'view.onnx');
 * ```
 */
export async function writeMappedView(onnxPath: string, name = `mapped-${basename(onnxPath)}`): Promise<string> {
  // Tensors are views of the whole file's bytes, of which the large ones have not been read.
  const model = await readStructure(onnxPath);
  const initializer = model.proto.graph.initializer.map((tensor) => {
    const data = tensor.rawData ?? tensor.floatData ?? tensor.doubleData;
    return data === undefined || data.length < largeBytes
      ? tensor
      : outsideTensor(tensor, basename(onnxPath), data.byteOffset, data.length);
  });
  const { proto } = withGraph(model, { ...model.proto.graph, initializer });
  const path = join(dirname(onnxPath), name);
  await writeOutputFile(path, Buffer.concat(encodeModel(proto)));
  return path;
}
