import { growingBytes } from './growing-bytes.js';
import { jsonVector, type StoredVectors } from './stored-vectors.js';
import type { TextRecord } from './text-record.js';
import type { SinkTarget, VectorSink } from './vector-sink.js';

/** A line of JSON for each text: its id, if it has one, the text and its vector. */
export function jsonlSink({ file, state }: SinkTarget): VectorSink {
  const bytes = growingBytes(file, state?.bytes ?? 0);
  return {
    append: (records, vectors) => bytes.push(Buffer.from(jsonLines(records, vectors))),
    get due() {
      return bytes.due;
    },
    flush: bytes.flush,
    finish: async () => (await bytes.flush()).bytes,
  };
}

/** `{"id": …, "text": …, "embedding": […]}` and a line break for each text. */
export function jsonLines(records: readonly TextRecord[], vectors: StoredVectors): string {
  return records.map((record, row) => `${jsonRecord(record, vectors, row)}\n`).join('');
}

/** `{"id": …, "text": …, "embedding": […]}` */
export function jsonRecord({ id, text }: TextRecord, vectors: StoredVectors, row: number): string {
  const embedding = jsonVector(vectors, row);
  // JSON.stringify refuses a bigint.
  return typeof id === 'bigint'
    ? `{"id":${id},${JSON.stringify({ text, embedding }).slice(1)}`
    : JSON.stringify({ id, text, embedding });
}
