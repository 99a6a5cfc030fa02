import type { OctavecError } from '../base/index.js';
import type { StreamBatch } from '../embed/index.js';
import type { Matrix } from '../numbers/index.js';
import type { RecordId, TextRecord } from '../texts/index.js';

/** A text that was passed over, and why. */
export interface SkippedText {
  /** Where it stands in its file: "line 7". */
  readonly place?: string;
  /** The text's own id. */
  readonly id?: RecordId;
  /** Why it has no vector. */
  readonly reason: string;
}

/** The texts of a batch that have vectors, and those that have none. */
export interface SiftedBatch {
  readonly records: readonly TextRecord[];
  readonly vectors: Matrix;
  readonly skipped: readonly SkippedText[];
}

/** Takes the texts out of a batch for which there is no vector. */
export function siftBatch({ items, vectors }: StreamBatch<TextRecord>): SiftedBatch {
  const { failures, columns } = vectors;
  if (failures.length === 0) {
    return { records: items, vectors, skipped: [] };
  }
  const failed = new Set(failures.map(({ index }) => index));
  const rows = [...items.keys()].filter((row) => !failed.has(row));
  const data = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    data.set(vectors[row], i * columns);
  }
  return {
    records: rows.map((row) => items[row]),
    vectors: { data, rows: rows.length, columns },
    skipped: failures.map(({ index, error }) => skippedText(items[index], error)),
  };
}

function skippedText({ place, id }: TextRecord, error: OctavecError): SkippedText {
  return { ...(place !== undefined && { place }), ...(id !== undefined && { id }), reason: reasonOfFailure(error) };
}

/** Says what is wrong with a text, without its number in a batch, which means nothing to the reader. */
function reasonOfFailure({ code, details, message }: OctavecError): string {
  const { why, tokens, maxTokens } = details as { why?: string; tokens?: number; maxTokens?: number };
  switch (code) {
    case 'TEXT_TOO_LONG':
      return `it has ${tokens} tokens, and the model takes ${maxTokens}`;
    case 'VECTOR_NOT_FINITE':
      return 'the model gives NaN or infinity for it';
    default:
      return why ?? message;
  }
}
