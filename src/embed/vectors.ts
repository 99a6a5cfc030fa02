import { type Matrix, rowOf } from '../numbers/index.js';

/** The vectors of several texts, in the order of the texts. */
export class Vectors implements Matrix, Iterable<Float32Array> {
  /** [rows × columns], text by text. */
  readonly data: Float32Array;
  /** Number of texts. */
  readonly rows: number;
  /** Length of a vector. */
  readonly columns: number;
  /** [rows] tokens of each text as it was given, prompt and special tokens included. */
  readonly tokenCounts: Int32Array;
  /** How many of the texts were longer than the model takes, so that only their beginning counted. */
  readonly truncated: number;

  constructor(data: Float32Array, columns: number, tokenCounts: Int32Array, truncated: number) {
    this.data = data;
    this.rows = tokenCounts.length;
    this.columns = columns;
    this.tokenCounts = tokenCounts;
    this.truncated = truncated;
  }

  /** The vector of text i, a view of `data`: [columns]. Negative indices count from the end. */
  at(i: number): Float32Array {
    const row = i < 0 ? this.rows + i : i;
    if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
      throw new RangeError(`There is no vector ${i}: these are ${this.rows} vectors`);
    }
    return rowOf(this, row);
  }

  *[Symbol.iterator](): Generator<Float32Array> {
    for (let i = 0; i < this.rows; i++) {
      yield rowOf(this, i);
    }
  }
}
