import type { TextRecord } from '../texts/index.js';
import { growingBytes } from './growing-bytes.js';
import { type StoredVectors, vectorAsJson } from './stored-vectors.js';
import type { SinkTarget, VectorSink } from './vector-sink.js';

/** Makes a sink that writes a line of JSON for each text: its id, if it has one, the text and its vector. */
export function jsonlSink({ file, digits, state }: SinkTarget): VectorSink {
  const bytes = growingBytes(file, state?.bytes ?? 0);
  return {
    append: (records, vectors) => bytes.push(Buffer.from(jsonLines(records, vectors, digits))),
    get due() {
      return bytes.due;
    },
    flush: bytes.flush,
    finish: async () => (await bytes.flush()).bytes,
  };
}

/** Formats `{"id": …, "text": …, "embedding": […]}` and a line break for each text. */
export function jsonLines(records: readonly TextRecord[], vectors: StoredVectors, digits?: number): string {
  return records.map((record, row) => `${jsonRecord(record, vectors, row, digits)}\n`).join('');
}

/**
 * Formats `{"id": …, "text": …, "embedding": […]}`.
 *
 * @param digits significant digits of float32 numbers; the fewest that give the same float32 by default
 */
export function jsonRecord({ id, text }: TextRecord, vectors: StoredVectors, row: number, digits?: number): string {
  // JSON.stringify refuses a bigint.
  const number = typeof id === 'bigint' ? String(id) : JSON.stringify(id);
  const start = id === undefined ? '' : `"id":${number},`;
  return `{${start}"text":${JSON.stringify(text)},"embedding":${vectorAsJson(vectors, row, digits)}}`;
}
