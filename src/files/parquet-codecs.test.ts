import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { FileMetaData } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { parquetCompressors, unreadableCodec } from './parquet-codecs.js';

const fileOf = (...chunks: (readonly [name: string, codec: string])[]) =>
  ({
    row_groups: chunks.map(([name, codec]) => ({ columns: [{ meta_data: { path_in_schema: [name], codec } }, {}] })),
  }) as unknown as FileMetaData;

describe('columns that cannot be unpacked', () => {
  test.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'])('are not those in %s', (codec) => {
    expect(unreadableCodec(fileOf(['text', codec]), new Set(['text']))).toBeUndefined();
  });

  test.each(['LZO', 'LZ4', 'constructor'])('are those in %s', (codec) => {
    expect(unreadableCodec(fileOf(['text', codec]), new Set(['text']))).toBe(
      `it is compressed with ${codec} (write it with snappy)`,
    );
  });

  test('count only where they are wanted, in whichever group they are', () => {
    const file = fileOf(['text', 'SNAPPY'], ['image', 'LZO'], ['text', 'LZO']);
    expect(unreadableCodec(file, new Set(['id']))).toBeUndefined();
    expect(unreadableCodec(fileOf(['image', 'LZO']), new Set(['text']))).toBeUndefined();
    expect(unreadableCodec(file, new Set(['text']))).toContain('LZO');
    expect(unreadableCodec(fileOf(), new Set(['text']))).toBeUndefined();
  });
});

test('what is packed is unpacked', () => {
  const bytes = Buffer.from('a text of a column');
  expect(parquetCompressors.GZIP?.(gzipSync(bytes), bytes.length)).toEqual(bytes);
  expect(parquetCompressors.BROTLI?.(brotliCompressSync(bytes), bytes.length)).toEqual(bytes);
  expect(() => parquetCompressors.GZIP?.(bytes, 1)).toThrow();
});
