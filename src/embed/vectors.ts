import type { OctavecError } from '../base/index.js';
import { type Matrix, shortNumbers } from '../numbers/index.js';

/** A text that could not be embedded, where failures are collected instead of thrown (`onError: 'skip'`). */
export interface TextFailure {
  /** The text's place among those that were given. */
  readonly index: number;
  /** Why the text has no vector. */
  readonly error: OctavecError;
}

/**
 * The vectors of several texts, in the order of the texts: a read-only array of `Float32Array`, with indices, `length`,
 * iteration, `map`, and JSON as lists of numbers. All vectors are views of one block of memory, {@link Vectors.data}.
 *
 * @example
 * ```ts
 * const vectors = await embedder.embed(['A cat sits on the mat.', 'Ein Hund schläft.']);
 * vectors.length; // 2
 * vectors[0]; // Float32Array(384)
 * vectors.data; // Float32Array(768)
 * JSON.stringify(vectors); // [[0.046834882, …], […]]
 * ```
 */
export class Vectors extends Array<Float32Array> implements Matrix {
  readonly #block: VectorBlock;

  /** Makes `map`, `filter` and the like return plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  constructor(block: VectorBlock) {
    super();
    this.#block = block;
    const { data, columns, tokenCounts } = block;
    for (let row = 0; row < tokenCounts.length; row++) {
      this.push(data.subarray(row * columns, (row + 1) * columns));
    }
    // Whoever changed it would expect `data` to follow.
    Object.freeze(this);
  }

  /** Returns all numbers in one block, text by text: [rows × columns]. */
  get data(): Float32Array {
    return this.#block.data;
  }

  /** Returns the number of texts. */
  get rows(): number {
    return this.length;
  }

  /** Returns the length of a vector. */
  get columns(): number {
    return this.#block.columns;
  }

  /** Counts the tokens of each text as it was given, including prompt and special tokens: [rows]. */
  get tokenCounts(): Int32Array {
    return this.#block.tokenCounts;
  }

  /** Counts the texts that were longer than the model takes, so that only a part of them counted. */
  get truncated(): number {
    return this.#block.truncated;
  }

  /**
   * Lists the texts that have no vector, in their order; only with `onError: 'skip'`. Their rows hold NaN or infinity.
   */
  get failures(): readonly TextFailure[] {
    return this.#block.failures;
  }

  /**
   * Returns a list of numbers for each text, with as few digits as give the same float32; null for a text without a
   * vector.
   */
  toJSON(): (readonly number[] | null)[] {
    const failed = new Set(this.failures.map(({ index }) => index));
    return Array.from(this, (vector, row) => (failed.has(row) ? null : shortNumbers(vector)));
  }
}

/** What {@link Vectors} are made of. */
export interface VectorBlock {
  readonly data: Float32Array;
  readonly columns: number;
  readonly tokenCounts: Int32Array;
  readonly truncated: number;
  readonly failures: readonly TextFailure[];
}
