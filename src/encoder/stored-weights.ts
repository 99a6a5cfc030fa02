import type { IndexedModel } from '../graph/index.js';
import {
  dataType,
  elementCount,
  intAttribute,
  isOp,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorBytes,
  tensorFloats,
  tensorIntegers,
} from '../onnx/index.js';
import { constantOf, maker } from './copies.js';

/** A matrix [rows × columns] in blocks of 4 or 8 bits along its rows, each with a scale: MatMulNBits, GatherBlockQuantized. */
export interface StoredBlocks {
  readonly dims: readonly [rows: number, columns: number];
  readonly bits: 4 | 8;
  readonly blockSize: number;
  /** Every row begins a byte; codes of 4 bits two a byte, the first in the low half. */
  readonly codes: TensorProto;
  /** [rows × blocks] */
  readonly scales: TensorProto;
  /** [rows × blocks], packed as the codes; the middle of the range where there are none. */
  readonly zeroPoints?: TensorProto;
}

/** Weights as a file holds them: with `scale`, S8 with a scale for each column of the layer. */
export interface StoredWeights {
  readonly weights: TensorProto;
  readonly scale?: Float32Array;
}

/** Reads the constant that a linear layer multiplies with: as it is, or S8 followed by a DequantizeLinear. */
export function storedWeights(graph: IndexedModel, value: string, transposed: boolean): StoredWeights | undefined {
  const weights = constantOf(graph, value);
  const node = maker(graph, value);
  return weights === undefined && isOp(node, 'DequantizeLinear')
    ? scaledWeights(graph, node, transposed)
    : weights && { weights };
}

function scaledWeights(graph: IndexedModel, node: NodeProto, transposed: boolean): StoredWeights | undefined {
  const [weights, scale, zeroPoint] = node.input.map((input) => constantOf(graph, input));
  if (weights?.dataType !== dataType.int8 || weights.dims.length !== 2 || scale === undefined) {
    return undefined;
  }
  const axis = transposed ? 0 : 1;
  const columns = weights.dims[axis];
  const numbers = tensorFloats(graph.model, scale);
  const given = intAttribute(node, 'axis') ?? 1;
  const perColumn =
    numbers.length === columns && (given < 0 ? given + 2 : given) === axis && !intAttribute(node, 'block_size');
  const symmetric = zeroPoint === undefined || tensorIntegers(graph.model, zeroPoint).every((zero) => zero === 0);
  if (!symmetric || !(numbers.length === 1 || perColumn)) {
    return undefined;
  }
  return { weights, scale: numbers.length === 1 ? new Float32Array(columns).fill(numbers[0]) : numbers };
}

/** Reads the blocks of a MatMulNBits ([columns × inputs]) or GatherBlockQuantized ([rows × width]). */
export function storedBlocks(
  graph: IndexedModel,
  node: NodeProto,
  dims: readonly [number, number],
  inputs: { readonly codes: string; readonly scales: string; readonly zeroPoints?: string },
): StoredBlocks | undefined {
  const bits = intAttribute(node, 'bits') ?? 4;
  const blockSize = intAttribute(node, 'block_size') ?? 128;
  const codes = constantOf(graph, inputs.codes);
  const scales = constantOf(graph, inputs.scales);
  const zeroPoints = inputs.zeroPoints ? constantOf(graph, inputs.zeroPoints) : undefined;
  const [rows, columns] = dims;
  const blocks = Math.ceil(columns / blockSize);
  const sound =
    (bits === 4 || bits === 8) &&
    codes?.dataType === dataType.uint8 &&
    // A hostile file may say anything of its blocks.
    elementCount(codes) >= rows * Math.ceil((columns * bits) / 8) &&
    elementCount(codes) % rows === 0 &&
    scales !== undefined &&
    elementCount(scales) === rows * blocks &&
    (!inputs.zeroPoints ||
      (zeroPoints?.dataType === dataType.uint8 && elementCount(zeroPoints) === rows * Math.ceil((blocks * bits) / 8)));
  return sound ? { dims, bits, blockSize, codes, scales, zeroPoints } : undefined;
}

/** Returns rows of a matrix of blocks as floats, [count × columns]. */
export function dequantizedRows(
  model: OnnxModel,
  matrix: StoredBlocks,
  first = 0,
  rows = matrix.dims[0],
): Float32Array {
  const { dims, bits, blockSize } = matrix;
  const columns = dims[1];
  const blocks = Math.ceil(columns / blockSize);
  const codes = unpacker(tensorBytes(model, matrix.codes), dims[0], bits);
  const zeros = matrix.zeroPoints && unpacker(tensorBytes(model, matrix.zeroPoints), dims[0], bits);
  const scales = tensorFloats(model, matrix.scales);
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const scale = scales[(first + row) * blocks + block];
      const zero = zeros?.(first + row, block) ?? 2 ** (bits - 1);
      const end = Math.min(columns, (block + 1) * blockSize);
      for (let column = block * blockSize; column < end; column++) {
        result[row * columns + column] = (codes(first + row, column) - zero) * scale;
      }
    }
  }
  return result;
}

/** Reads codes of rows each of which begins a byte. */
function unpacker(bytes: Uint8Array, rows: number, bits: 4 | 8): (row: number, column: number) => number {
  const stride = bytes.length / rows;
  return bits === 8
    ? (row, column) => bytes[row * stride + column]
    : (row, column) => (bytes[row * stride + (column >> 1)] >> (4 * (column & 1))) & 15;
}
