import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';

import { OctavecError, reasonOf } from '../base/index.js';
import { parquetCompressors, unreadableCodec } from '../files/index.js';
import { readError } from './read-error.js';
import { recordOfFields, type TextRecord, type TextSource } from './text-record.js';

/**
 * Opens a Parquet file, whose texts stand in a column. It is read row group by row group.
 *
 * @throws FILE_NOT_READABLE, TEXTS_INVALID
 */
export async function openParquet(path: string, field: string): Promise<TextSource> {
  let file: AsyncBuffer;
  let metadata: FileMetaData;
  try {
    file = await asyncBufferFromFile(path);
    metadata = await parquetMetadataAsync(file);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined
      ? new OctavecError('TEXTS_INVALID', { path, why: `it is not a Parquet file (${reasonOf(error)})` }, error)
      : readError(path, error);
  }
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  if (!names.includes(field)) {
    const found = names.map((name) => `"${name}"`).join(', ');
    throw new OctavecError('TEXTS_INVALID', {
      path,
      why: `it has no column "${field}"; there is ${found}, which \`field\` can name`,
    });
  }
  const rows = Number(metadata.num_rows);
  let read = 0;
  const columns = [field, ...['id', '_id'].filter((name) => names.includes(name) && name !== field)];
  const unreadable = unreadableCodec(metadata, new Set(columns));
  if (unreadable !== undefined) {
    throw new OctavecError('TEXTS_INVALID', { path, why: unreadable });
  }
  const records = async function* (): AsyncGenerator<TextRecord, void, undefined> {
    for (const group of metadata.row_groups) {
      const rowEnd = read + Number(group.num_rows);
      const objects = await parquetReadObjects({
        file,
        metadata,
        columns,
        rowStart: read,
        rowEnd,
        compressors: parquetCompressors,
      }).catch((error: unknown) => {
        throw new OctavecError('TEXTS_INVALID', { path, why: `from row ${read + 1} on, ${reasonOf(error)}` }, error);
      });
      for (const object of objects) {
        read++;
        yield recordOfFields(object, field, path, `row ${read}`);
      }
    }
  };
  return { name: path, records: records(), share: () => (rows === 0 ? undefined : read / rows) };
}
