import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import { readRows } from '../../texts/index.js';

/** Names that fields of evaluation data have, here and on the hub; others are not read. */
export const fieldNames = [
  ...['_id', 'id', 'title', 'text', 'query-id', 'corpus-id', 'corpus-ids', 'score'],
  ...['sentence1', 'sentence2', 'sent1', 'sent2', 'label', 'labels', 'sentences', 'query', 'positive', 'negative'],
] as const;

/**
 * Reads the records of a .jsonl file (an object a line), a .json file (the same, or one array of objects), a .csv or
 * .tsv file (a line of headings; tabs without quotation marks) or a .parquet file, each checked. What ends in .gz is
 * decompressed.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID, which names the line or row
 */
export async function* readRecords<Record>(path: string, schema: z.ZodType<Record>): AsyncGenerator<Record> {
  for await (const { place, value } of valuesOf(path)) {
    const { success, data, error } = schema.safeParse(value);
    if (!success) {
      const issue = error.issues[0];
      throw invalid(path, place, `${issue.path.join('.') || 'the record'}: ${issue.message}`);
    }
    yield data;
  }
}

/** Returns all records of files, in memory. */
export async function allRecords<Record>(paths: readonly string[], schema: z.ZodType<Record>): Promise<Record[]> {
  const records: Record[] = [];
  for (const path of paths) {
    for await (const record of readRecords(path, schema)) {
      records.push(record);
    }
  }
  return records;
}

/** Returns the names of the fields of a file's first record; none for a file without records. */
export async function firstFields(path: string): Promise<ReadonlySet<string>> {
  for await (const record of readRecords(path, z.record(z.string(), z.unknown()))) {
    return new Set(Object.keys(record).filter((name) => record[name] !== null));
  }
  return new Set();
}

/** Yields the records of a file, and where each stands. */
async function* valuesOf(path: string): AsyncGenerator<{ readonly place: string; readonly value: unknown }> {
  const isTable = /\.[ct]sv(?:\.gz)?$/i.test(path);
  let isFirst = true;
  for await (const row of readRows(path, fieldNames, 'DATA_INVALID')) {
    if ('problem' in row) {
      throw invalid(path, row.place, `it ${row.problem}`);
    }
    if (isTable && isFirst) {
      checkHeadings(Object.keys(row.value as object), path);
    }
    isFirst = false;
    yield { place: row.place, value: plain(row.value) };
  }
}

function checkHeadings(headings: readonly string[], path: string): void {
  if (!headings.some((heading) => (fieldNames as readonly string[]).includes(heading))) {
    const found = headings.map((heading) => `"${heading}"`).join(', ');
    const why = `it must hold headings with names such as sentence1 or query-id, and holds ${found.slice(0, 200)}`;
    throw invalid(path, 'line 1', why);
  }
}

/** Returns a value as JSON would have it: whole numbers are numbers, and lists are plain ones. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return Number(value);
  }
  if (ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as ArrayLike<unknown>, plain);
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
    ? Object.fromEntries(Object.entries(value).map(([key, own]) => [key, plain(own)]))
    : value;
}

function invalid(path: string, place: string, why: string): OctavecError {
  return new OctavecError('DATA_INVALID', { path, why: `${place}: ${why}` });
}
