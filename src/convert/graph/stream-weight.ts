import { bytesOf, OctavecError } from '../../base/index.js';
import type { WeightFiles } from '../../checkpoint/index.js';
import type { StoredTensor } from '../../files/index.js';
import { floatsToHalves } from '../../numbers/index.js';
import type { DeferredData } from './graph-writer.js';

/**
 * Yields the bytes of an initializer made of stored numbers: some megabytes at a time, one tensor where it is
 * transposed.
 *
 * @throws WEIGHTS_INVALID for numbers beyond half precision where that is wanted, and what reading weights throws
 */
export async function* streamWeight(
  files: WeightFiles,
  { weight, transposed, half = false }: DeferredData,
): AsyncGenerator<Uint8Array> {
  const { tensor, rows = [0, tensor.dims[0]] as const, plus = 0 } = weight;
  const [first, end] = rows;
  const bytes = (values: Float32Array) => bytesOf(half ? toHalves(values, tensor) : values);
  if (transposed) {
    const stored = await files.floats(tensor, first, end);
    yield bytes(transpose(stored, end - first, tensor.dims[1]));
    return;
  }
  for await (const chunk of files.chunks(tensor, first, end)) {
    yield bytes(plus === 0 ? chunk : chunk.map((value) => value + plus));
  }
}

/**
 * Rounds numbers to half precision.
 *
 * @throws WEIGHTS_INVALID
 */
function toHalves(values: Float32Array, { name, path }: StoredTensor): Uint16Array {
  const halves = floatsToHalves(values);
  if (halves.some((half) => (half & infinity) === infinity)) {
    const why = `tensor "${name}" holds numbers beyond the range of half precision; convert it in FP32`;
    throw new OctavecError('WEIGHTS_INVALID', { path, why });
  }
  return halves;
}

/** The exponent of infinities and of what is no number, in the bits of half precision. */
const infinity = 0x7c00;

/** Edge of a tile that stays in the caches. */
const tile = 32;

/** Transposes a matrix: [rows × columns] → [columns × rows]. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile);
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(columns, left + tile);
      for (let column = left; column < right; column++) {
        for (let row = top; row < bottom; row++) {
          result[column * rows + row] = values[row * columns + column];
        }
      }
    }
  }
  return result;
}
