import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { OctavecError, reasonOf } from '../../base/index.js';

/** What a line may hold: more than any text that a model reads to its end. */
const longestLine = 2 ** 24;

/**
 * The records of a .jsonl file (an object a line) or a .tsv file (a line of headings, then fields between tabs, without
 * quotation marks), each checked.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID, which names the line
 */
export async function* readRecords<Record>(path: string, schema: z.ZodType<Record>): AsyncGenerator<Record> {
  const tabs = extname(path) === '.tsv';
  let headings: string[] | undefined;
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === '') {
      continue;
    }
    if (tabs && headings === undefined) {
      headings = line.split('\t');
      continue;
    }
    const value = headings === undefined ? parseJson(line, path, number) : fieldsOf(line, headings, path, number);
    const { success, data, error } = schema.safeParse(value);
    if (!success) {
      const issue = error.issues[0];
      throw invalid(path, number, `${issue.path.join('.') || 'the record'}: ${issue.message}`);
    }
    yield data;
  }
}

/** All records of a file, in memory. */
export async function allRecords<Record>(path: string, schema: z.ZodType<Record>): Promise<Record[]> {
  const records: Record[] = [];
  for await (const record of readRecords(path, schema)) {
    records.push(record);
  }
  return records;
}

/** The first of the named files that a folder holds: "train" → train.jsonl or train.tsv. */
export async function recordFile(folder: string, ...names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    for (const extension of ['.jsonl', '.tsv']) {
      const path = join(folder, name + extension);
      if (
        await access(path).then(
          () => true,
          () => false,
        )
      ) {
        return path;
      }
    }
  }
  return undefined;
}

/** Lines that hold something, counted without being kept. */
export async function countRecords(path: string): Promise<number> {
  let count = extname(path) === '.tsv' ? -1 : 0;
  for await (const line of linesOf(path)) {
    count += line.trim() === '' ? 0 : 1;
  }
  return Math.max(0, count);
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8' });
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.length > longestLine) {
        throw invalid(path, number, `it has ${line.length} characters`);
      }
      yield number === 1 ? line.replace(/^\ufeff/, '') : line;
    }
  } catch (error) {
    if (error instanceof OctavecError) {
      throw error;
    }
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new OctavecError('FILE_NOT_FOUND', { path, what: 'The evaluation data' }, error)
      : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  } finally {
    stream.destroy();
  }
}

function parseJson(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw invalid(path, number, 'it is not JSON');
  }
}

function fieldsOf(line: string, headings: readonly string[], path: string, number: number): Record<string, string> {
  const fields = line.split('\t');
  if (fields.length !== headings.length) {
    throw invalid(path, number, `it has ${fields.length} fields, the headings are ${headings.length}`);
  }
  return Object.fromEntries(fields.map((field, i) => [headings[i], field]));
}

function invalid(path: string, line: number, why: string): OctavecError {
  return new OctavecError('DATA_INVALID', { path, why: `line ${line}: ${why}` });
}
