/** Rows that are compared with one vector, as they lie in memory. */
export type ScanRows =
  | { readonly kind: 'float32'; readonly data: Float32Array; readonly columns: number }
  | { readonly kind: 'int8'; readonly data: Int8Array; readonly scales: Float32Array; readonly columns: number }
  | { readonly kind: 'binary'; readonly data: Uint8Array; readonly columns: number };

/** One vector in the form of the rows. */
export type ScanQuery =
  | { readonly kind: 'float32'; readonly data: Float32Array }
  | { readonly kind: 'int8'; readonly data: Int8Array; readonly scale: number }
  | { readonly kind: 'binary'; readonly data: Uint8Array };

export interface ScanLimits {
  readonly top: number;
  /** Rows that score so much less than the last of the top come along. */
  readonly margin: number;
  /** [rows] 1 for rows that are looked at; all are where it is left out. */
  readonly allowed?: Uint8Array;
}

export interface ScannedRows {
  /** In rising order. */
  readonly rows: Uint32Array;
  /** [rows] about the cosine; for bits that of the signs. */
  readonly scores: Float32Array;
}
