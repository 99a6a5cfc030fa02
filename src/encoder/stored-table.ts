import type { IndexedModel } from '../graph/index.js';
import {
  dataType,
  intAttribute,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { constantOf, maker, original } from './copies.js';
import { dequantizedRows, type StoredBlocks, storedBlocks } from './stored-weights.js';

/** An embedding table as a file holds it: floats, or eight bits with scales. */
export interface StoredTable {
  /** [rows × width] */
  readonly values: TensorProto | StoredBlocks;
  /** [rows] scales of S8 rows. */
  readonly rowScales?: Float32Array;
  /** One scale and zero point for the whole table, of S8 or U8. */
  readonly uniform?: { readonly scale: number; readonly zeroPoint: number };
}

interface Lookup {
  readonly table: StoredTable;
  readonly indices: string;
}

/** Finds the table and the indices whose rows `value` looks up. Returns undefined if it is something else. */
export function matchLookup(graph: IndexedModel, value: string): Lookup | undefined {
  const node = maker(graph, value);
  if (isOp(node, 'Gather')) {
    const source = maker(graph, node.input[0]);
    return isOp(source, 'DequantizeLinear')
      ? withUniform(graph, source, plainLookup(graph, { ...node, input: [source.input[0], node.input[1]] }, eightBits))
      : plainLookup(graph, node, [dataType.float, dataType.float16]);
  }
  if (isOp(node, 'DequantizeLinear')) {
    return withUniform(graph, node, plainLookup(graph, maker(graph, node.input[0]), eightBits));
  }
  if (isOp(node, 'GatherBlockQuantized', 'com.microsoft')) {
    return blockLookup(graph, node);
  }
  return isOp(node, 'Mul') ? scaledLookup(graph, node) : undefined;
}

const eightBits: readonly number[] = [dataType.uint8, dataType.int8];

function plainLookup(graph: IndexedModel, node: NodeProto | undefined, types: readonly number[]) {
  const values = isOp(node, 'Gather') ? constantOf(graph, node.input[0]) : undefined;
  return node !== undefined && values?.dims.length === 2 && types.includes(values.dataType ?? 0)
    ? { table: { values }, values, indices: original(graph, node.input[1]) }
    : undefined;
}

/** Matches DequantizeLinear with one scale, after the lookup or before it. */
function withUniform(graph: IndexedModel, node: NodeProto, lookup: Lookup | undefined): Lookup | undefined {
  const scale = constantOf(graph, node.input[1]);
  const zeroPoint = node.input[2] ? constantOf(graph, node.input[2]) : undefined;
  if (lookup === undefined || scale === undefined || tensorFloats(graph.model, scale).length !== 1) {
    return undefined;
  }
  const uniform = {
    scale: tensorFloats(graph.model, scale)[0],
    zeroPoint: zeroPoint === undefined ? 0 : tensorIntegers(graph.model, zeroPoint)[0],
  };
  return { ...lookup, table: { ...lookup.table, uniform } };
}

/** Matches rows in blocks of few bits, as octavec's weight-only methods write them. */
function blockLookup(graph: IndexedModel, node: NodeProto): Lookup | undefined {
  const [codes, indices, scales, zeroPoints] = node.input;
  const { dims = [] } = constantOf(graph, codes) ?? {};
  const columns = (dims[1] * 8) / (intAttribute(node, 'bits') ?? 4);
  const byRows = (intAttribute(node, 'gather_axis') ?? 0) === 0 && (intAttribute(node, 'quantize_axis') ?? 1) === 1;
  const values =
    dims.length === 2 && byRows
      ? storedBlocks(graph, node, [dims[0], columns], { codes, scales, zeroPoints })
      : undefined;
  return values && { table: { values }, indices: original(graph, indices) };
}

/** Matches rows of S8 times their scales, which are looked up by the same indices. */
function scaledLookup(graph: IndexedModel, node: NodeProto): Lookup | undefined {
  for (const [rows, scales] of [node.input, [...node.input].reverse()]) {
    const lookup = plainLookup(graph, maker(graph, rows), [dataType.int8]);
    const scale = plainLookup(graph, maker(graph, scales), [dataType.float]);
    if (lookup !== undefined && scale?.indices === lookup.indices && scale.values.dims[1] === 1) {
      return { ...lookup, table: { ...lookup.table, rowScales: tensorFloats(graph.model, scale.values) } };
    }
  }
  return undefined;
}

/** Returns rows of a table as floats, [count × width]. */
export function tableRows(model: OnnxModel, table: StoredTable, first: number, count: number): Float32Array {
  const { values, rowScales, uniform } = table;
  if ('blockSize' in values) {
    return dequantizedRows(model, values, first, Math.min(count, values.dims[0] - first));
  }
  const width = values.dims[1];
  const [start, end] = [first * width, (first + count) * width];
  if (rowScales === undefined && uniform === undefined) {
    return tensorFloats(model, values).subarray(start, end);
  }
  const zeroPoint = uniform?.zeroPoint ?? 0;
  const codes = tensorBytes(model, values).subarray(start, end);
  const numbers = values.dataType === dataType.int8 ? new Int8Array(codes) : codes;
  return Float32Array.from(
    numbers,
    (q, i) => (q - zeroPoint) * (uniform?.scale ?? rowScales?.[first + Math.floor(i / width)] ?? 0),
  );
}

/**
 * Writes a table with one scale and zero point as S8 codes times the scale, plus an offset that is the same everywhere.
 */
export function centredTable(
  model: OnnxModel,
  values: TensorProto,
  { scale, zeroPoint }: NonNullable<StoredTable['uniform']>,
): { readonly codes: Uint8Array; readonly offset: number } {
  const bytes = tensorBytes(model, values);
  return values.dataType === dataType.int8
    ? { codes: bytes, offset: -zeroPoint * scale }
    : { codes: bytes.map((code) => code ^ 0x80), offset: (128 - zeroPoint) * scale };
}
