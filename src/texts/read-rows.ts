import { firstLine, openBytes } from './byte-stream.js';
import { formatOfLine, formatOfName } from './formats.js';
import { type ReadErrorCode, readError } from './read-error.js';
import type { Row } from './row.js';
import { rowsOf } from './rows.js';

/**
 * Reads the rows of a file, whatever its format. A .json file that holds no array is read line by line.
 *
 * @param columns that are read of a Parquet file, as far as they are there; all where none are named
 * @param code what errors of the content are called
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, and the code
 */
export async function* readRows(
  path: string,
  columns: readonly string[] | undefined,
  code: ReadErrorCode,
): AsyncGenerator<Row, void, undefined> {
  try {
    const named = formatOfName(path);
    if (named === 'parquet') {
      const { openParquet } = await import('./parquet-rows.js');
      const file = await openParquet(path);
      yield* file.read(columns ?? file.columns);
      return;
    }
    const stream = openBytes(path);
    try {
      const { line, bytes } = await firstLine(stream.bytes);
      const format = named === undefined || named === 'json' ? formatOfLine(line) : named;
      yield* rowsOf(bytes, { format: format === 'json' || named !== 'json' ? (format as 'json') : 'jsonl' });
    } finally {
      stream.close();
    }
  } catch (error) {
    throw readError(path, error, code);
  }
}
