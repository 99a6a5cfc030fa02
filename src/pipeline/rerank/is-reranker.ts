import type { Location } from '../../base/index.js';
import { declaredUse } from '../../engine/index.js';
import { type OpenModelOptions, openModelFolder } from '../../model/index.js';
import { readStructure } from '../../onnx/index.js';

/**
 * Says whether a model scores pairs of texts: its file declares one number for a text, and nothing that vectors could
 * be made from.
 *
 * @throws what reading the model throws
 */
export async function isReranker(path: Location, options: OpenModelOptions = {}): Promise<boolean> {
  // What cannot be opened so is told by whoever opens it for what it is.
  const files = await openModelFolder(path, { ...options, task: 'rerank' }).catch(() => undefined);
  // A table of token vectors scores no pairs, and need not be an ONNX file.
  if (files === undefined || files.staticReading !== undefined) {
    return false;
  }
  const model = await readStructure(files.onnxPath);
  return (
    declaredUse(model, files).output !== undefined &&
    declaredUse(model, { ...files, task: undefined }).output === undefined
  );
}
