import { isRecord, OctavecError, ownValue } from '../base/index.js';
import { readRows } from './read-rows.js';

/** A query, and the texts that stand with it in a file of pairs. */
export interface PairedTexts {
  readonly query: string;
  readonly texts: readonly string[];
}

const columns = ['query', 'document', 'text'];

/**
 * Reads pairs of a query and a document, one a line or row: .jsonl, .json, .csv, .tsv or .parquet with the fields `query` and
 * `document` (or `text`). Pairs of the same query go together, in the order of the file; a pair counts once.
 *
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, TEXTS_INVALID, which names the line, and a query that has one document only
 */
export async function readPairs(path: string): Promise<readonly PairedTexts[]> {
  const invalid = (why: string) => new OctavecError('TEXTS_INVALID', { path, why });
  const found = new Map<string, Set<string>>();
  for await (const row of readRows(path, columns, 'TEXTS_INVALID')) {
    if ('problem' in row) {
      throw invalid(`${row.place} ${row.problem}`);
    }
    const query = textIn(row.value, 'query');
    const text = textIn(row.value, 'document') ?? textIn(row.value, 'text');
    if (query === undefined || text === undefined) {
      const missing = query === undefined ? '"query"' : '"document"';
      throw invalid(`${row.place} holds no ${missing}; each line is a pair of a query and a document`);
    }
    found.set(query, (found.get(query) ?? new Set()).add(text));
  }
  if (found.size === 0) {
    throw invalid('there are none');
  }
  const single = [...found].find(([, texts]) => texts.size < 2);
  if (single !== undefined) {
    throw invalid(`the query ${JSON.stringify(single[0].slice(0, 60))} has one document only, and an order takes two`);
  }
  return [...found].map(([query, texts]) => ({ query, texts: [...texts] }));
}

/** Returns a field that holds more than spaces. */
function textIn(value: unknown, field: string): string | undefined {
  const text = isRecord(value) ? ownValue(value, field) : undefined;
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}
