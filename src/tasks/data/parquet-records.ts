import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { OctavecError, reasonOf } from '../../base/index.js';
import { parquetCompressors, unreadableCodec } from '../../files/index.js';

/** What a group of rows may take in memory; the hub writes groups of some hundred megabytes at most. */
const largestRowGroup = 4 * 2 ** 30;

/**
 * The rows of a Parquet file, one group of rows in memory at a time.
 *
 * @param columns that are read, as far as they are there
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, DATA_INVALID
 */
export async function* readParquet(
  path: string,
  columns: readonly string[],
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const { file, metadata } = await open(path);
  const there = new Set(metadata.row_groups[0]?.columns.map(({ meta_data }) => meta_data?.path_in_schema[0]));
  const wanted = columns.filter((column) => there.has(column));
  const unreadable = unreadableCodec(metadata, new Set(wanted));
  if (unreadable !== undefined) {
    throw new OctavecError('DATA_INVALID', { path, why: unreadable });
  }
  let rowStart = 0;
  for (const { num_rows, total_byte_size } of metadata.row_groups) {
    if (total_byte_size > largestRowGroup) {
      throw new OctavecError('DATA_INVALID', { path, why: `a group of its rows takes ${total_byte_size} bytes` });
    }
    const rowEnd = rowStart + Number(num_rows);
    const options = { file, metadata, columns: wanted, rowStart, rowEnd, compressors: parquetCompressors };
    const rows = await parquetReadObjects(options).catch((error: unknown) => {
      throw new OctavecError('DATA_INVALID', { path, why: reasonOf(error) }, error);
    });
    yield* rows.map((row) => plain(row) as Record<string, unknown>);
    rowStart = rowEnd;
  }
}

async function open(path: string) {
  try {
    const file = await asyncBufferFromFile(path);
    return { file, metadata: await parquetMetadataAsync(file) };
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new OctavecError('FILE_NOT_FOUND', { path, what: 'The evaluation data' }, error);
    }
    throw syscall === undefined
      ? new OctavecError('DATA_INVALID', { path, why: reasonOf(error) }, error)
      : new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  }
}

/** As JSON would have it: whole numbers are numbers, and lists are plain ones. */
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
