import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { OctavecError, reasonOf } from '../../base/index.js';
import { countParquetRows, readParquet } from './parquet-records.js';

/** What a line may hold: a set of texts that are clustered together can take many megabytes. */
const longestLine = 2 ** 28;

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

/** Records of files, counted without being kept. */
export async function countRecords(paths: readonly string[]): Promise<number> {
  let count = 0;
  for (const path of paths) {
    if (extname(path) === '.parquet') {
      count += await countParquetRows(path);
      continue;
    }
    let lines = extname(path) === '.tsv' ? -1 : 0;
    for await (const line of linesOf(path)) {
      lines += line.trim() === '' ? 0 : 1;
    }
    count += Math.max(0, lines);
  }
  return count;
}

/** Records as they stand in a file, and where. */
async function* valuesOf(path: string): AsyncGenerator<{ readonly place: string; readonly value: unknown }> {
  if (extname(path) === '.parquet') {
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
      headings = line.split('\t');
      continue;
    }
    yield {
      place,
      value: headings === undefined ? parseJson(line, path, place) : fieldsOf(line, headings, path, place),
    };
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const source = createReadStream(path);
  // Errors of the source reach whoever reads what comes out.
  const stream: Readable = pipeline(
    source,
    extname(path) === '.gz' ? createGunzip() : new PassThrough(),
    () => undefined,
  );
  stream.setEncoding('utf8');
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.length > longestLine) {
        throw invalid(path, `line ${number}`, `it has ${line.length} characters`);
      }
      yield number === 1 ? line.replace(/^\ufeff/, '') : line;
    }
    if (stream.errored) {
      throw stream.errored;
    }
  } catch (error) {
    if (error instanceof OctavecError) {
      throw error;
    }
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code.startsWith('Z_')) {
      throw new OctavecError('DATA_INVALID', { path, why: `it cannot be decompressed: ${reasonOf(error)}` }, error);
    }
    throw code === 'ENOENT'
      ? new OctavecError('FILE_NOT_FOUND', { path, what: 'The evaluation data' }, error)
      : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  } finally {
    source.destroy();
    stream.destroy();
  }
}

function parseJson(line: string, path: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw invalid(path, place, 'it is not JSON');
  }
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
