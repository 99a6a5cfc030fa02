import { extname } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import { linesOf } from './text-lines.js';

/** Names that fields of evaluation data have, here and on the hub; others are not read. */
export const fieldNames = [
  ...['_id', 'id', 'title', 'text', 'query-id', 'corpus-id', 'corpus-ids', 'score'],
  ...['sentence1', 'sentence2', 'sent1', 'sent2', 'label', 'labels', 'sentences', 'query', 'positive', 'negative'],
] as const;

/**
 * The records of a .jsonl or .json file (an object a line), a .tsv file (a line of headings, then fields between tabs,
 * without quotation marks) or a .parquet file, each checked. What ends in .gz is decompressed.
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

/** All records of files, in memory. */
export async function allRecords<Record>(paths: readonly string[], schema: z.ZodType<Record>): Promise<Record[]> {
  const records: Record[] = [];
  for (const path of paths) {
    for await (const record of readRecords(path, schema)) {
      records.push(record);
    }
  }
  return records;
}

/** Names of the fields of a file's first record; none for a file without records. */
export async function firstFields(path: string): Promise<ReadonlySet<string>> {
  for await (const record of readRecords(path, z.record(z.string(), z.unknown()))) {
    return new Set(Object.keys(record).filter((name) => record[name] !== null));
  }
  return new Set();
}

/** Records as they stand in a file, and where. */
async function* valuesOf(path: string): AsyncGenerator<{ readonly place: string; readonly value: unknown }> {
  if (extname(path) === '.parquet') {
    const { readParquet } = await import('./parquet-records.js');
    let row = 0;
    for await (const value of readParquet(path, fieldNames)) {
      row++;
      yield { place: `row ${row}`, value };
    }
    return;
  }
  const tabs = extname(path) === '.tsv';
  let headings: string[] | undefined;
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    const place = `line ${number}`;
    if (line.trim() === '') {
      continue;
    }
    if (tabs && headings === undefined) {
      headings = headingsOf(line, path, place);
      continue;
    }
    yield {
      place,
      value: headings === undefined ? parseJson(line, path, place) : fieldsOf(line, headings, path, place),
    };
  }
}

function parseJson(line: string, path: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    const begins = /^\s*[[{]\s*$/.test(line);
    throw invalid(
      path,
      place,
      begins ? 'an object must stand on one line, and here one only begins' : 'it is not JSON',
    );
  }
}

function headingsOf(line: string, path: string, place: string): string[] {
  const headings = line.split('\t');
  if (!headings.some((heading) => (fieldNames as readonly string[]).includes(heading))) {
    const found = headings.map((heading) => `"${heading}"`).join(', ');
    const why = `it must hold headings with tabs between them, such as sentence1 or query-id, and holds ${found.slice(0, 200)}`;
    throw invalid(path, place, why);
  }
  return headings;
}

function fieldsOf(line: string, headings: readonly string[], path: string, place: string): Record<string, string> {
  const fields = line.split('\t');
  if (fields.length !== headings.length) {
    throw invalid(path, place, `it has ${fields.length} fields, the headings are ${headings.length}`);
  }
  return Object.fromEntries(fields.map((field, i) => [headings[i], field]));
}

function invalid(path: string, place: string, why: string): OctavecError {
  return new OctavecError('DATA_INVALID', { path, why: `${place}: ${why}` });
}
