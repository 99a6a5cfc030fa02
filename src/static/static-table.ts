import { dataType } from '../onnx/index.js';

/** Element types of rows, with ONNX's numbers. */
export const rowTypes = { float: dataType.float, float16: dataType.float16, int8: dataType.int8 } as const;
export type RowType = (typeof rowTypes)[keyof typeof rowTypes];

export const bytesPerNumber: Readonly<Record<RowType, number>> = {
  [rowTypes.float]: 4,
  [rowTypes.float16]: 2,
  [rowTypes.int8]: 1,
};

/** What a static model is made of. Token t counts with `weights[t] × scales[r] × rows[r]`, where r is `mapping[t]`. */
export interface StaticTable {
  /** Vectors, row after row, as they are stored (little-endian). Need not be aligned. */
  readonly data: Uint8Array;
  readonly type: RowType;
  readonly rows: number;
  /** Length of a vector. */
  readonly columns: number;
  /** [rows] of rows in 8 bits; 1 where it is left out. */
  readonly scales?: Float32Array;
  /** [tokens]; 1 where it is left out. */
  readonly weights?: Float32Array;
  /** [tokens] the row of each token; its own where it is left out. */
  readonly mapping?: Int32Array;
}

/** Returns the size of the vocabulary. */
export function tokensOf({ rows, mapping }: Pick<StaticTable, 'rows' | 'mapping'>): number {
  return mapping?.length ?? rows;
}
