import { OctavecError, reasonOf } from '../../base/index.js';
import { readSafetensorsHeader, type TensorSource, tensorView } from '../../files/index.js';
import { mapFile } from '../scan/map-file.js';

/**
 * Opens the tensors of a file, as views of its bytes.
 *
 * @throws INDEX_DAMAGED
 */
export async function openTensors(path: string) {
  const header = await readSafetensorsHeader(path).catch((error: unknown) => {
    throw new OctavecError('INDEX_DAMAGED', { path, why: reasonOf(error) }, error);
  });
  const bytes = await mapFile(path);
  return {
    has: (name: string) => header.has(name),
    get: <Type extends TensorSource['type']>(name: string, type: Type) => {
      const tensor = header.get(name);
      if (tensor?.type !== type) {
        throw new OctavecError('INDEX_DAMAGED', { path, why: `it has no tensor "${name}" of type ${type}` });
      }
      return tensorView(bytes, tensor, type);
    },
  };
}
