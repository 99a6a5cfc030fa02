import { checkChoice, OctavecError } from '../base/index.js';
import { isFiniteVector, type Matrix, nonFiniteRows, signBits } from '../numbers/index.js';

/** Number types that vectors can be stored in. `binary` and `ubinary` hold the signs of eight dimensions in a byte. */
export const vectorTypes = ['float32', 'int8', 'uint8', 'binary', 'ubinary'] as const;
/** Number types that vectors can have, named as in sentence-transformers. */
export type VectorType = (typeof vectorTypes)[number];

/** The least and the greatest value of every dimension. */
export interface VectorRanges {
  /** [columns] */
  readonly least: Float32Array;
  /** [columns] */
  readonly greatest: Float32Array;
}

interface VectorData {
  readonly float32: Float32Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly binary: Int8Array;
  readonly ubinary: Uint8Array;
}

/**
 * Ranges to quantize with, from the vectors of texts that stand for those to come (100 at least, better thousands).
 *
 * @throws USAGE for vectors with NaN or infinity
 * @example
 * ```ts
 * const ranges = vectorRanges(await embedder.embed(manyTexts));
 * const bytes = quantizeVectors(await embedder.embed(texts), 'int8', ranges);
 * ```
 */
export function vectorRanges(matrix: Matrix): VectorRanges {
  checkMatrix(matrix);
  const { data, rows, columns } = matrix;
  const least = new Float32Array(columns).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float32Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const value = data[row * columns + i];
      least[i] = Math.min(least[i], value);
      greatest[i] = Math.max(greatest[i], value);
    }
  }
  return { least, greatest };
}

/**
 * Converts vectors to a smaller number type, as sentence-transformers' `quantize_embeddings` does: 8-bit numbers share
 * the range of their dimension among 256 steps and are cut towards zero; values beyond the range become its ends. Bits
 * are 1 where a value is above 0, the first dimension in the highest bit; `binary` is `ubinary` minus 128. Rows of a
 * length that is no multiple of 8 end in zero bits.
 *
 * @param ranges for `int8` and `uint8`: from calibration, because those of a few vectors make them incomparable with
 *   others. By default those of the vectors themselves.
 * @returns [rows × columns], or [rows × ⌈columns / 8⌉] for bits
 * @throws USAGE for vectors or ranges with NaN or infinity
 * @example
 * ```ts
 * const bits = quantizeVectors(await embedder.embed(texts), 'ubinary');
 * ```
 */
export function quantizeVectors<Type extends VectorType>(
  matrix: Matrix,
  type: Type,
  ranges?: VectorRanges,
): VectorData[Type] {
  checkMatrix(matrix);
  checkChoice('type', type ?? null, vectorTypes);
  const used = ranges === undefined ? vectorRanges(matrix) : ranges;
  // No vectors have no ranges of their own, and need none.
  if (ranges !== undefined || matrix.rows > 0) {
    checkRanges(used, matrix.columns);
  }
  switch (type) {
    case 'int8':
      return Int8Array.from(levels(matrix, used, 128)) as VectorData[Type];
    case 'uint8':
      return Uint8Array.from(levels(matrix, used, 0)) as VectorData[Type];
    case 'ubinary':
      return signBits(matrix) as VectorData[Type];
    case 'binary':
      return Int8Array.from(signBits(matrix), (byte) => byte - 128) as VectorData[Type];
    default:
      return matrix.data.slice() as VectorData[Type];
  }
}

/** Refuses NaN and infinity, which have no place among the steps and would look like any other value. */
function checkMatrix(matrix: Matrix): void {
  const { data, rows: count, columns } = matrix ?? {};
  if (!(data instanceof Float32Array) || !Number.isSafeInteger(count) || data.length !== count * columns) {
    throw new OctavecError('USAGE', {
      problem: 'The vectors must be a Float32Array "data" of "rows" × "columns" numbers',
      hint: 'Give what embed() returns.',
    });
  }
  const rows = nonFiniteRows(matrix);
  if (rows.length > 0) {
    throw new OctavecError('USAGE', {
      problem: `${rows.length} of ${matrix.rows} vectors hold NaN or infinity, the first in row ${rows[0]}`,
      hint: 'Leave them out.',
    });
  }
}

function checkRanges(ranges: VectorRanges, columns: number): void {
  for (const ends of [ranges?.least, ranges?.greatest]) {
    if (!(ends instanceof Float32Array) || ends.length !== columns || !isFiniteVector(ends)) {
      throw new OctavecError('USAGE', {
        problem: `The option ranges must hold the Float32Arrays "least" and "greatest", ${columns} finite numbers each`,
        hint: 'Give what vectorRanges() returns.',
      });
    }
  }
}

/** Steps from the beginning of the range minus `shift`, in the float32 arithmetic of the reference. */
function levels({ data, rows, columns }: Matrix, { least, greatest }: VectorRanges, shift: number): Int16Array {
  const { fround } = Math;
  const result = new Int16Array(data.length);
  for (let i = 0; i < columns; i++) {
    const step = fround(fround(greatest[i] - least[i]) / 255);
    for (let at = i; at < rows * columns; at += columns) {
      const level = step > 0 ? fround(fround(data[at] - least[i]) / step) : 0;
      result[at] = Math.trunc(fround(Math.min(255, Math.max(0, level)) - shift));
    }
  }
  return result;
}

/**
 * Encodes a vector's bytes (little-endian for float32) in base64 with the standard alphabet, as OpenAI's API sends
 * them.
 *
 * @example
 * ```ts
 * const [vector] = await embedder.embed(['hello']);
 * const embedding = toBase64(vector);
 * ```
 */
export function toBase64(vector: Float32Array | Int8Array | Uint8Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}
