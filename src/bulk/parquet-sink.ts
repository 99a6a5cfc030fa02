import { deserialize, serialize } from 'node:v8';
import type { RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { columnVector, type StoredType } from './stored-vectors.js';
import { type SinkTarget, type VectorSink, writeAt } from './vector-sink.js';

/** Numbers of a row group: enough for readers to be quick, and few enough for memory. */
const numbersPerGroup = 2 ** 20;

/** Longer than any row group here: they are cut by whoever appends. */
const wholeGroup = 2 ** 31;

interface Columns {
  readonly ids: (string | undefined)[];
  readonly texts: string[];
  readonly vectors: (number[] | string)[];
}

/**
 * Makes a sink that writes a Parquet file with the columns id, text (null where there is none), and embedding: a list
 * of numbers, or text for base64. Vectors are not compressed, since their bits are as good as random. Row groups are
 * the only state of the writer: with those of an earlier one in place, another continues where it stopped.
 */
export function parquetSink({ file, type, width, state }: SinkTarget): VectorSink {
  const buffer = new ByteWriter();
  const writer = new ParquetWriter({ writer: buffer, schema: schemaOf(type), statistics: false, createdBy: 'octavec' });
  if (state !== undefined) {
    buffer.index = 0;
    buffer.offset = state.bytes;
    writer.row_groups = state.formats.map((group) => deserialize(Buffer.from(group as string, 'base64')) as RowGroup);
    writer.num_rows = writer.row_groups.reduce((sum, group) => sum + group.num_rows, 0n);
  }
  let columns: Columns = { ids: [], texts: [], vectors: [] };
  const rowsPerGroup = Math.max(1, Math.floor(numbersPerGroup / width));
  const write = async () => {
    const bytes = buffer.getBytes();
    await writeAt(file, bytes, buffer.offset - bytes.length);
    buffer.index = 0;
    return buffer.offset;
  };
  const flush = async () => {
    const { ids, texts, vectors } = columns;
    columns = { ids: [], texts: [], vectors: [] };
    writer.write({
      columnData: [
        { name: 'id', data: ids, offsetIndex: false },
        { name: 'text', data: texts, offsetIndex: false },
        { name: 'embedding', data: vectors, encoding: 'PLAIN', codec: 'UNCOMPRESSED', offsetIndex: false },
      ],
      rowGroupSize: wholeGroup,
    });
    // Indexes of pages, which are not written.
    writer.pendingIndexes = [];
    return { bytes: await write(), format: serialize(writer.row_groups.at(-1)).toString('base64') };
  };
  return {
    append: (records, stored) => {
      records.forEach(({ id, text }, row) => {
        columns.ids.push(id === undefined ? undefined : String(id));
        columns.texts.push(text);
        columns.vectors.push(columnVector(stored, row));
      });
    },
    get due() {
      return columns.texts.length >= rowsPerGroup ? 'now' : 'later';
    },
    flush,
    finish: async () => {
      if (columns.texts.length > 0) {
        await flush();
      }
      writer.finish();
      return write();
    },
  };
}

function schemaOf(type: StoredType): SchemaElement[] {
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
  const numbers: Readonly<Record<Exclude<StoredType, 'base64'>, Omit<SchemaElement, 'name'>>> = {
    float32: { type: 'FLOAT' },
    int8: { type: 'INT32', converted_type: 'INT_8' },
    uint8: { type: 'INT32', converted_type: 'UINT_8' },
    binary: { type: 'INT32', converted_type: 'INT_8' },
    ubinary: { type: 'INT32', converted_type: 'UINT_8' },
  };
  const embedding: SchemaElement[] =
    type === 'base64'
      ? [{ name: 'embedding', ...text, repetition_type: 'REQUIRED' }]
      : [
          { name: 'embedding', converted_type: 'LIST', repetition_type: 'REQUIRED', num_children: 1 },
          { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
          { name: 'element', repetition_type: 'REQUIRED', ...numbers[type] },
        ];
  return [
    { name: 'schema', num_children: 3 },
    { name: 'id', ...text, repetition_type: 'OPTIONAL' },
    { name: 'text', ...text, repetition_type: 'REQUIRED' },
    ...embedding,
  ];
}
