import * as zlib from 'node:zlib';
import type { Compressors, FileMetaData } from 'hyparquet';

/** zstd came to Node with version 22.15. */
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: typeof zlib.gunzipSync };

/** What unpacks columns of Parquet files, besides Snappy, which the reader brings. */
export const parquetCompressors: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(zstdDecompressSync && { ZSTD: (bytes) => zstdDecompressSync(bytes) }),
};

const readable = new Set(['UNCOMPRESSED', 'SNAPPY', ...Object.keys(parquetCompressors)]);

/**
 * Says why columns of a Parquet file cannot be unpacked; undefined if they can.
 *
 * @param wanted names of the columns
 */
export function unreadableCodec({ row_groups }: FileMetaData, wanted: ReadonlySet<string>): string | undefined {
  const chunks = row_groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data ?? []));
  const chunk = chunks.find(({ path_in_schema: [name], codec }) => wanted.has(name) && !readable.has(codec));
  if (chunk === undefined) {
    return undefined;
  }
  const remedy = chunk.codec === 'ZSTD' ? `Node.js ${process.version} has no zstd, 22.15 has` : 'write it with snappy';
  return `it is compressed with ${chunk.codec} (${remedy})`;
}
