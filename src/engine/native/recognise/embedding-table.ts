import {
  dataType,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
  tensorIntegers,
} from '../../../onnx/index.js';
import { type GraphView, isA, maker, original } from './graph-view.js';
import { constantOf } from './linear.js';

/** An embedding table as a file holds it: floats, or eight bits with scales. */
export interface EmbeddingTable {
  /** [rows × width] */
  readonly values: TensorProto;
  /** [rows] scales of S8 rows. */
  readonly rowScales?: Float32Array;
  /** One scale and zero point for the whole table. */
  readonly uniform?: { readonly scale: number; readonly zeroPoint: number };
}

/** The rows that `value` looks up: table and indices. Undefined if it is something else. */
export function matchLookup(
  view: GraphView,
  value: string,
): { readonly table: EmbeddingTable; readonly indices: string } | undefined {
  const node = maker(view, value);
  if (isA(node, 'Gather')) {
    return plainLookup(view, node, [dataType.float, dataType.float16]);
  }
  if (isA(node, 'DequantizeLinear')) {
    return uniformLookup(view, node);
  }
  return isA(node, 'Mul') ? scaledLookup(view, node) : undefined;
}

function plainLookup(view: GraphView, node: NodeProto | undefined, types: readonly number[]) {
  const values = node !== undefined && isOp(node, 'Gather') ? constantOf(view, node.input[0]) : undefined;
  return node !== undefined && values?.dims.length === 2 && types.includes(values.dataType ?? 0)
    ? { table: { values } as EmbeddingTable, indices: original(view, node.input[1]) }
    : undefined;
}

/** Gather, then DequantizeLinear with one scale. */
function uniformLookup(view: GraphView, node: NodeProto) {
  const lookup = plainLookup(view, maker(view, node.input[0]), [dataType.uint8, dataType.int8]);
  const scale = constantOf(view, node.input[1]);
  const zeroPoint = node.input[2] ? constantOf(view, node.input[2]) : undefined;
  if (lookup === undefined || scale === undefined || tensorFloats(view.model, scale).length !== 1) {
    return undefined;
  }
  const uniform = {
    scale: tensorFloats(view.model, scale)[0],
    zeroPoint: zeroPoint === undefined ? 0 : tensorIntegers(view.model, zeroPoint)[0],
  };
  return { ...lookup, table: { ...lookup.table, uniform } };
}

/** Rows of S8 times their scales, which are looked up by the same indices. */
function scaledLookup(view: GraphView, node: NodeProto) {
  for (const [rows, scales] of [node.input, [...node.input].reverse()]) {
    const lookup = plainLookup(view, maker(view, rows), [dataType.int8]);
    const scale = plainLookup(view, maker(view, scales), [dataType.float]);
    if (lookup !== undefined && scale?.indices === lookup.indices && scale.table.values.dims[1] === 1) {
      return { ...lookup, table: { ...lookup.table, rowScales: tensorFloats(view.model, scale.table.values) } };
    }
  }
  return undefined;
}

/** Rows of a table as floats, [count × width]. */
export function tableRows(model: OnnxModel, table: EmbeddingTable, first: number, count: number): Float32Array {
  const { values, rowScales, uniform } = table;
  const width = values.dims[1];
  const [start, end] = [first * width, (first + count) * width];
  if (rowScales === undefined && uniform === undefined) {
    return tensorFloats(model, values).subarray(start, end);
  }
  const zeroPoint = uniform?.zeroPoint ?? 0;
  return Float32Array.from(
    tensorIntegers(model, values).slice(start, end),
    (q, i) => (q - zeroPoint) * (uniform?.scale ?? rowScales?.[first + Math.floor(i / width)] ?? 0),
  );
}
