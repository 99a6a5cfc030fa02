import { checkedUtf8, notUtf8 } from './checked-utf8.js';
import { rowsOfCsv } from './csv.js';
import type { TextFormat } from './formats.js';
import { elementsOfArray } from './json-array.js';
import { splitLines } from './lines.js';
import { type Row, rowOfFields } from './row.js';

export interface RowOptions {
  /** Format of the file. */
  readonly format: Exclude<TextFormat, 'parquet'>;
  /** Put U+FFFD for bytes that are not UTF-8 instead of calling them wrong. */
  readonly lossy?: boolean;
  /** Told of each line that was read with U+FFFD. */
  readonly onBadLine?: () => void;
  /** Told of each empty line that is no text. */
  readonly onEmptyLine?: () => void;
  /** Lines of the file before these bytes, which begin with a line (txt, jsonl); 0 by default. */
  readonly linesBefore?: number;
}

/**
 * Reads the rows of a file of text.
 *
 * @throws RangeError for what makes the rest of the file unreadable, and what the source and csv-parse throw
 */
export function rowsOf(bytes: AsyncIterable<Uint8Array>, options: RowOptions): AsyncGenerator<Row, void, undefined> {
  const { format, lossy = false, onBadLine = () => undefined } = options;
  if (format === 'txt' || format === 'jsonl' || format === 'tsv') {
    return rowsOfLines(bytes, options);
  }
  const pieces = checkedUtf8(bytes, lossy ? onBadLine : undefined);
  return format === 'json' ? rowsOfArray(pieces) : rowsOfCsv(pieces);
}

async function* rowsOfLines(
  bytes: AsyncIterable<Uint8Array>,
  { format, lossy = false, onBadLine, onEmptyLine, linesBefore = 0 }: RowOptions,
): AsyncGenerator<Row, void, undefined> {
  let number = linesBefore;
  let headings: readonly string[] | undefined;
  for await (const lines of splitLines(bytes, linesBefore)) {
    for (const { text, isUtf8 } of lines) {
      number++;
      const place = `line ${number}`;
      if (text.includes('\0')) {
        throw new RangeError(`${place} has a zero byte, as binary files and UTF-16 have`);
      }
      if (!isUtf8 && !lossy) {
        yield { place, problem: notUtf8 };
        continue;
      }
      if (!isUtf8) {
        onBadLine?.();
      }
      if (format === 'txt') {
        yield { place, value: text };
      } else if (text.trim() === '') {
        onEmptyLine?.();
      } else if (format === 'jsonl') {
        yield rowOfJson(text, place);
      } else if (headings === undefined) {
        headings = text.split('\t');
      } else {
        yield rowOfFields(text.split('\t'), headings, place);
      }
    }
  }
}

async function* rowsOfArray(pieces: AsyncIterable<string>): AsyncGenerator<Row, void, undefined> {
  let number = 0;
  for await (const element of elementsOfArray(pieces)) {
    number++;
    yield rowOfJson(element, `element ${number}`);
  }
}

function rowOfJson(json: string, place: string): Row {
  try {
    return { place, value: JSON.parse(json), json };
  } catch {
    const begins = /^\s*[[{]\s*$/.test(json);
    return { place, problem: begins ? 'only begins an object, which must stand on one line' : 'is not JSON' };
  }
}
