import { safetensorsBytes } from '../files/index.js';
import { floatsToHalves, type Matrix } from '../numbers/index.js';
import type { TablePrecision } from './distill-options.js';

/**
 * Encodes the content of `model.safetensors`, as model2vec reads it. INT8 rows have their scales in `weights`: model2vec multiplies rows by
 * them, wherever they come from.
 *
 * @param vectors [tokens × dimensions]
 */
export function tableBytes({ data, rows, columns }: Matrix, precision: TablePrecision): Buffer {
  const dims = [rows, columns];
  if (precision === 'fp32') {
    return safetensorsBytes([{ name: 'embeddings', type: 'F32', dims, data }]);
  }
  if (precision === 'fp16') {
    return safetensorsBytes([{ name: 'embeddings', type: 'F16', dims, data: floatsToHalves(data) }]);
  }
  const bytes = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const numbers = data.subarray(row * columns, (row + 1) * columns);
    scales[row] = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    for (let c = 0; c < columns; c++) {
      bytes[row * columns + c] = scales[row] === 0 ? 0 : Math.round(numbers[c] / scales[row]);
    }
  }
  return safetensorsBytes([
    { name: 'weights', type: 'F32', dims: [rows], data: scales },
    { name: 'embeddings', type: 'I8', dims, data: bytes },
  ]);
}
