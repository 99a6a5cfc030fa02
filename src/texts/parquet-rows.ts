import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { isSystemError, OctavecError, reasonOf } from '../base/index.js';
import { parquetCompressors, unreadableCodec } from '../files/index.js';
import type { Row } from './row.js';

/** What a group of rows may take in memory; the hub writes groups of some hundred megabytes at most. */
const largestRowGroup = 4 * 2 ** 30;

/** A Parquet file, of which the index at its end has been read. */
export interface ParquetFile {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** Rows of each group. */
  readonly groups: readonly number[];
  /**
   * Reads the rows, with one group of them in memory at a time. Names of missing columns are passed over.
   *
   * @param groups the first group to read and the one after the last; all by default
   */
  read(columns: readonly string[], groups?: readonly [number, number]): AsyncGenerator<Row, void, undefined>;
}

/**
 * Opens a Parquet file.
 *
 * @param source a path, or what gives the bytes of a file
 * @throws RangeError for what is no Parquet file or cannot be read; errors of the file system as they are
 */
export async function openParquet(source: string | AsyncBuffer): Promise<ParquetFile> {
  let file: AsyncBuffer;
  let metadata: FileMetaData;
  try {
    file = typeof source === 'string' ? await asyncBufferFromFile(source) : source;
    metadata = await parquetMetadataAsync(file);
  } catch (error) {
    const isFromOutside = error instanceof OctavecError || isSystemError(error);
    throw !isFromOutside ? new RangeError(`it is not a Parquet file (${reasonOf(error)})`, { cause: error }) : error;
  }
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  return {
    columns: names,
    groups: metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
    read: (columns, groups) =>
      rowsOf(
        file,
        metadata,
        columns.filter((name) => names.includes(name)),
        groups,
      ),
  };
}

async function* rowsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  [first, end]: readonly [number, number] = [0, metadata.row_groups.length],
): AsyncGenerator<Row, void, undefined> {
  const unreadable = unreadableCodec(metadata, new Set(columns));
  if (unreadable !== undefined) {
    throw new RangeError(unreadable);
  }
  let rowStart = 0;
  for (const [group, { num_rows, total_byte_size }] of metadata.row_groups.entries()) {
    const rowEnd = rowStart + Number(num_rows);
    if (group < first || group >= end) {
      rowStart = rowEnd;
      continue;
    }
    if (total_byte_size > largestRowGroup) {
      throw new RangeError(`a group of its rows takes ${total_byte_size} bytes`);
    }
    const options = { file, metadata, columns: [...columns], rowStart, rowEnd, compressors: parquetCompressors };
    const objects = await parquetReadObjects(options).catch((error: unknown) => {
      if (error instanceof OctavecError) {
        throw error;
      }
      throw new RangeError(`from row ${rowStart + 1} on, ${reasonOf(error)}`, { cause: error });
    });
    for (const [i, value] of objects.entries()) {
      yield { place: `row ${rowStart + i + 1}`, value };
    }
    rowStart = rowEnd;
  }
}
