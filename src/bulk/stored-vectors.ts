import { quantizeVectors, toBase64, type VectorRanges, type VectorType } from '../embed/index.js';
import { type Matrix, shortNumbersAsJson } from '../numbers/index.js';

/** How vectors are written: as numbers of a type, or as base64 of their float32 bytes. */
export const storedTypes = ['float32', 'int8', 'uint8', 'binary', 'ubinary', 'base64'] as const satisfies readonly (
  | VectorType
  | 'base64'
)[];
export type StoredType = (typeof storedTypes)[number];

/** Vectors as they are written. */
export interface StoredVectors {
  readonly type: StoredType;
  /** [rows × width] */
  readonly data: Float32Array | Int8Array | Uint8Array;
  readonly rows: number;
  /** Numbers of a row: the vector's, or its bytes for bits. */
  readonly width: number;
}

/** Tells whether the numbers of a type mean something only with the ranges of the dimensions. */
export function needsRanges(type: StoredType): boolean {
  return type === 'int8' || type === 'uint8';
}

/** Returns how many numbers of a type a row takes for vectors of some dimensions. */
export function storedWidth(type: StoredType, columns: number): number {
  return type === 'binary' || type === 'ubinary' ? Math.ceil(columns / 8) : columns;
}

/**
 * Converts vectors to the number type in which they are stored.
 *
 * @param ranges for `int8` and `uint8`
 */
export function storeVectors(vectors: Matrix, type: StoredType, ranges?: VectorRanges): StoredVectors {
  const plain = type === 'float32' || type === 'base64';
  const data = plain ? vectors.data : quantizeVectors(vectors, type, ranges);
  return { type, data, rows: vectors.rows, width: storedWidth(type, vectors.columns) };
}

/** Returns a vector as a column of a table holds it: a list of numbers, or base64. */
export function columnVector(vectors: StoredVectors, row: number): string | number[] {
  const vector = vectorOf(vectors, row);
  return vectors.type === 'base64' ? toBase64(vector) : Array.from(vector);
}

/** Formats a vector as JSON. */
export function vectorAsJson(vectors: StoredVectors, row: number, digits?: number): string {
  const vector = vectorOf(vectors, row);
  if (vectors.type === 'base64') {
    return JSON.stringify(toBase64(vector));
  }
  return vector instanceof Float32Array ? shortNumbersAsJson(vector, digits) : JSON.stringify(Array.from(vector));
}

function vectorOf({ data, width }: StoredVectors, row: number): StoredVectors['data'] {
  return data.subarray(row * width, (row + 1) * width);
}
