import { Readable } from 'node:stream';
import { type Row, rowOfFields } from './row.js';

/** What csv-parse gives of a record with `info`. */
interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads the records of a comma-separated table; the first line names the fields. Fields may stand in quotation marks
 * and hold commas and line breaks (RFC 4180).
 *
 * @throws what csv-parse throws for quotation marks that do not end
 */
export async function* rowsOfCsv(pieces: AsyncIterable<string>): AsyncGenerator<Row, void, undefined> {
  const { parse } = await import('csv-parse');
  const source = Readable.from(pieces);
  // A wrong number of fields is told of the record, and the others are read.
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let headings: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (headings === undefined) {
        headings = record;
      } else {
        yield rowOfFields(record, headings, `line ${info.lines}`);
      }
    }
  } finally {
    source.destroy();
    parser.destroy();
  }
}
