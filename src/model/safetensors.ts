import { OctavecError } from '../base/index.js';
import { openWeights, readRange, readSafetensorsHeader, readTorchHeader, type StoredTensor } from '../files/index.js';
import { bfloatsToFloats, halvesToFloats } from '../numbers/index.js';

/** Of one tensor that is read whole: dense layers take some MB. */
const mostTensorBytes = 2 ** 30;

/**
 * Reads floating-point tensors (F32, F16, BF16) from a safetensors file, or from one of PyTorch (.bin), widened to float32.
 *
 * @param names the tensors to read; those that the file does not hold are left out of the result
 * @throws SAFETENSORS_INVALID, WEIGHTS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export async function readSafetensors(path: string, names: readonly string[]): Promise<Map<string, Float32Array>> {
  const header = await (path.endsWith('.bin') ? readTorchHeader(path) : readSafetensorsHeader(path));
  const wanted = names.map((name) => header.get(name)).filter((tensor) => tensor !== undefined);
  wanted.forEach(checkTensor);
  const file = await openWeights(path);
  try {
    const tensors = new Map<string, Float32Array>();
    for (const { name, type, offset, bytes } of wanted) {
      tensors.set(name, widen(type, await readRange(file, path, offset, bytes)));
    }
    return tensors;
  } finally {
    await file.close();
  }
}

function checkTensor({ path, name, type, bytes }: StoredTensor): void {
  if (!floatTypes.includes(type)) {
    const why = `tensor "${name}" has the type ${type}; F32, F16 and BF16 are read`;
    throw new OctavecError('SAFETENSORS_INVALID', { path, why });
  }
  if (bytes > mostTensorBytes) {
    throw new OctavecError('SAFETENSORS_INVALID', { path, why: `tensor "${name}" takes ${bytes} bytes` });
  }
}

/** The types of stored tensors that {@link widen} takes. */
export const floatTypes: readonly string[] = ['F32', 'F16', 'BF16'];

/** Widens numbers of a floating-point type to float32, exactly. The bytes must be aligned. */
export function widen(type: string, bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (type === 'F32') {
    return new Float32Array(buffer, byteOffset, byteLength / 4);
  }
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (type === 'F16') {
    return halvesToFloats(halves);
  }
  return bfloatsToFloats(halves);
}
