import { bytesOf, OctavecError } from '../base/index.js';
import { openWeights, readRange, readSafetensorsHeader, type StoredTensor } from '../files/index.js';
import { floatTypes, widen } from '../model/index.js';
import { loadBinding } from '../native/index.js';
import { bytesPerNumber, type RowType, rowTypes, type StaticTable } from './static-table.js';

const mostColumns = 65_536;

/** Types of rows that are used as they are stored. */
const storedTypes: Readonly<Record<string, RowType>> = {
  F32: rowTypes.float,
  F16: rowTypes.float16,
  I8: rowTypes.int8,
};

/**
 * Reads the table of a static model in safetensors: `embeddings` (model2vec) or `embedding.weight`
 * (sentence-transformers), and model2vec's `weights` and `mapping`. Rows are mapped into memory where that is possible.
 *
 * @throws WEIGHTS_INVALID, SAFETENSORS_INVALID, FILE_NOT_FOUND, FILE_NOT_READABLE
 */
export async function readTable(path: string): Promise<StaticTable> {
  const header = await readSafetensorsHeader(path);
  const stored = header.get('embeddings') ?? header.get('embedding.weight');
  if (stored === undefined) {
    const names = [...header.keys()].slice(0, 5).join(', ');
    throw invalid(path, `it has neither "embeddings" nor "embedding.weight" (it has ${names || 'no tensors'})`);
  }
  const [rows, columns] = stored.dims;
  if (stored.dims.length !== 2 || rows === 0 || columns === 0 || columns > mostColumns) {
    throw invalid(path, `"${stored.name}" is [${stored.dims}], and must be [tokens, dimensions]`);
  }
  const mapping = await readMapping(path, header.get('mapping'), rows);
  const weights = await readWeights(path, header.get('weights'), mapping?.length ?? rows);
  return { ...(await readRows(path, stored)), rows, columns, weights, mapping };
}

async function readRows(path: string, stored: StoredTensor): Promise<Pick<StaticTable, 'data' | 'type'>> {
  const { type, name, offset, bytes } = stored;
  const kept = storedTypes[type];
  if (kept !== undefined) {
    const loaded = loadBinding();
    const isAligned = offset % bytesPerNumber[kept] === 0;
    if ('binding' in loaded && isAligned) {
      return { data: new Uint8Array(loaded.binding.mapFile(path), offset, bytes), type: kept };
    }
    return { data: await readStored(path, stored), type: kept };
  }
  if (type !== 'BF16' && type !== 'F64') {
    throw invalid(path, `"${name}" has the type ${type}; F64, F32, F16, BF16 and I8 are read`);
  }
  const floats = await floatsOf(path, stored);
  return { data: bytesOf(floats), type: rowTypes.float };
}

async function readWeights(path: string, stored: StoredTensor | undefined, tokens: number) {
  if (stored === undefined) {
    return undefined;
  }
  const isList = stored.dims.length === 1 && stored.dims[0] === tokens;
  if (!isList || !(floatTypes.includes(stored.type) || stored.type === 'F64')) {
    throw invalid(
      path,
      `"weights" is ${stored.type} [${stored.dims}], and must be a number for each of ${tokens} tokens`,
    );
  }
  return floatsOf(path, stored);
}

async function readMapping(path: string, stored: StoredTensor | undefined, rows: number) {
  if (stored === undefined) {
    return undefined;
  }
  const { type, dims } = stored;
  if (dims.length !== 1 || dims[0] === 0 || (type !== 'I64' && type !== 'I32')) {
    throw invalid(path, `"mapping" is ${type} [${dims}], and must be a row for each token`);
  }
  const { buffer } = await readStored(path, stored);
  const listed = new (type === 'I32' ? Int32Array : BigInt64Array)(buffer as ArrayBuffer);
  return Int32Array.from(listed as Iterable<number | bigint>, (row) => {
    if (row < 0 || row >= rows) {
      throw invalid(path, `"mapping" names row ${row}, and there are ${rows}`);
    }
    return Number(row);
  });
}

async function floatsOf(path: string, stored: StoredTensor): Promise<Float32Array> {
  const bytes = await readStored(path, stored);
  return stored.type === 'F64'
    ? Float32Array.from(new Float64Array(bytes.buffer as ArrayBuffer))
    : widen(stored.type, bytes);
}

async function readStored(path: string, { offset, bytes }: StoredTensor): Promise<Buffer> {
  await using file = await openWeights(path);
  return readRange(file, path, offset, bytes);
}

function invalid(path: string, why: string): OctavecError {
  return new OctavecError('WEIGHTS_INVALID', { path, why });
}
