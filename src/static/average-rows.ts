import type { TokenBatch } from '../engine/index.js';
import { halvesToFloats } from '../numbers/index.js';
import { rowTypes, type StaticTable } from './static-table.js';

/**
 * Averages each text's token vectors, [texts × columns]; zeros for a text without tokens. native/core/static_table.cpp
 * does the same, operation by operation, so that both give the same bits: sums in float32, token by token, the squares
 * of the length in four float64 sums.
 *
 * @param batch ids must be below the size of the vocabulary
 * @param normalize scale vectors to length 1
 */
export function averageRows(table: StaticTable, { ids, offsets }: TokenBatch, normalize: boolean): Float32Array {
  const { columns, scales, weights, mapping } = table;
  const texts = offsets.length - 1;
  const out = new Float32Array(texts * columns);
  const readRow = rowReader(table);
  for (let text = 0; text < texts; text++) {
    const [first, end] = [offsets[text], offsets[text + 1]];
    const sum = out.subarray(text * columns, (text + 1) * columns);
    for (let i = first; i < end; i++) {
      const token = ids[i];
      const row = mapping === undefined ? token : mapping[token];
      const factor = Math.fround((scales?.[row] ?? 1) * (weights?.[token] ?? 1));
      const values = readRow(row);
      for (let c = 0; c < columns; c++) {
        // Storing rounds the sum to float32.
        sum[c] += Math.fround(factor * values[c]);
      }
    }
    if (end > first) {
      scale(sum, normalize ? lengthOf(sum) + 1e-32 : end - first);
    }
  }
  return out;
}

function scale(vector: Float32Array, divisor: number): void {
  for (let c = 0; c < vector.length; c++) {
    vector[c] /= divisor;
  }
}

/** Returns the length of a vector, with the additions in the order of four lanes. */
function lengthOf(vector: Float32Array): number {
  const sums = [0, 0, 0, 0];
  for (let c = 0; c < vector.length; c++) {
    sums[c & 3] += vector[c] * vector[c];
  }
  return Math.sqrt(sums[0] + sums[1] + (sums[2] + sums[3]));
}

/** Returns a function that gives a row as numbers; unaligned rows are copied. */
function rowReader({ data, type, columns }: StaticTable): (row: number) => ArrayLike<number> {
  if (type === rowTypes.int8) {
    const values = new Int8Array(data.buffer, data.byteOffset, data.byteLength);
    return (row) => values.subarray(row * columns, (row + 1) * columns);
  }
  const bytes = type === rowTypes.float ? 4 : 2;
  const { buffer, byteOffset } = data.byteOffset % bytes === 0 ? data : data.slice();
  if (type === rowTypes.float) {
    const values = new Float32Array(buffer, byteOffset, data.byteLength / 4);
    return (row) => values.subarray(row * columns, (row + 1) * columns);
  }
  const halves = new Uint16Array(buffer, byteOffset, data.byteLength / 2);
  return (row) => halvesToFloats(halves.subarray(row * columns, (row + 1) * columns));
}
