import { bytesOf } from '../base/index.js';
import {
  centredTable,
  dequantizedRows,
  type EncoderDescription,
  type EncoderLinear,
  type EncoderNorm,
  type Positions,
  type StoredBlocks,
  type StoredTable,
  tableRows,
} from '../encoder/index.js';
import type { Head } from '../model/index.js';
import { dataType, type OnnxModel, type TensorProto, tensorBytes, tensorFloats } from '../onnx/index.js';
import type { NativeTensor } from './binding.js';
import { descriptionFormat, type NativePrecision } from './description-format.js';

/** A model as the native core reads it: native/core/description.h says in which order. */
export interface NativeDescription {
  readonly words: Int32Array;
  readonly tensors: readonly NativeTensor[];
}

const { magic, format, precisions, activations, poolings } = descriptionFormat;

/** Writes what was recognised, with what comes after the hidden states, for the native core. */
export function describeForCore(
  model: OnnxModel,
  encoder: EncoderDescription,
  head: Head,
  maxTokens: number,
  precision: NativePrecision,
): NativeDescription {
  const writer = new WordWriter(model);
  const { hidden } = encoder;
  writer.integers(magic, format, precisions[precision]);
  writer.integers(hidden, encoder.heads, encoder.keyValueHeads, encoder.headWidth, encoder.ffn, maxTokens);
  writer.integers(activations[encoder.activation], Number(encoder.gated), Number(encoder.preNorm));
  writer.number(encoder.scoreScale);
  const offset = writer.words(encoder.words) * encoder.wordFactor;
  writer.number(encoder.wordFactor);
  writer.integers(encoder.positions?.uncounted?.word ?? -1);
  writer.floats(encoder.positions && positionRows(model, encoder.positions, maxTokens), hidden);
  writer.floats(
    offset === 0 ? encoder.tokenType : shifted(encoder.tokenType ?? new Float32Array(hidden), offset),
    hidden,
  );
  writer.floats(distanceBias(encoder, maxTokens), 2 * maxTokens - 1);
  writer.norm(encoder.embeddingNorm);
  writer.norm(encoder.finalNorm);
  writer.integers(encoder.layers.length);
  for (const layer of encoder.layers) {
    writer.norm(layer.attentionNorm);
    for (const linear of [layer.query, layer.key, layer.value]) {
      writer.linear(linear);
    }
    writer.norm(layer.queryNorm);
    writer.norm(layer.keyNorm);
    writer.linear(layer.out);
    writer.norm(layer.attentionOutNorm);
    writer.norm(layer.ffnNorm);
    for (const linear of [layer.up, layer.gate, layer.down]) {
      if (linear !== undefined) {
        writer.linear(linear);
      }
    }
    writer.norm(layer.ffnOutNorm);
    writer.floats(layer.rotation, encoder.headWidth / 2);
    writer.integers(layer.window, Number(layer.causal));
  }
  writer.head(head);
  return writer.finish();
}

/** Returns the rows of the position table, [tokens × hidden], and the row for tokens that have no position. */
function positionRows(model: OnnxModel, { table, first, uncounted }: Positions, tokens: number): Float32Array {
  const rows = tableRows(model, table, first, tokens);
  return uncounted === undefined ? rows : joined(rows, tableRows(model, table, uncounted.row, 1));
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Returns what is added to scores by distance: [heads × (2 tokens - 1)]. */
function distanceBias(
  { heads, relativeBias, distanceSlopes }: EncoderDescription,
  tokens: number,
): Float32Array | undefined {
  const width = 2 * tokens - 1;
  const byDistance = (i: number) => Math.abs((i % width) - tokens + 1);
  return distanceSlopes === undefined
    ? relativeBias && centre(relativeBias, heads, tokens)
    : Float32Array.from({ length: heads * width }, (_, i) => distanceSlopes[Math.floor(i / width)] * byDistance(i));
}

/** Cuts biases by distance, [heads × (2 longest - 1)], to those of shorter texts. */
function centre(bias: Float32Array, heads: number, tokens: number): Float32Array {
  const all = bias.length / heads;
  const start = (all + 1) / 2 - tokens;
  const width = 2 * tokens - 1;
  const cut = new Float32Array(heads * width);
  for (let head = 0; head < heads; head++) {
    cut.set(bias.subarray(head * all + start, head * all + start + width), head * width);
  }
  return cut;
}

class WordWriter {
  readonly #model: OnnxModel;
  readonly #words: number[] = [];
  readonly #tensors: NativeTensor[] = [];
  readonly #known = new Map<object, number>();

  constructor(model: OnnxModel) {
    this.#model = model;
  }

  integers(...values: readonly number[]): void {
    this.#words.push(...values);
  }

  /** Writes a float by its bits. */
  number(value: number): void {
    this.#words.push(new Int32Array(Float32Array.of(value).buffer)[0]);
  }

  /** Writes a tensor of the file, as rows of `columns` numbers. */
  tensor(tensor: TensorProto | undefined, columns: number): void {
    this.#add(tensor, () => {
      const bytes = tensor as TensorProto;
      const rows = bytes.dims.reduce((product, dim) => product * dim, 1) / columns;
      switch (bytes.dataType) {
        case dataType.float:
        case dataType.float16:
        case dataType.int8:
          return { type: bytes.dataType, rows, columns, data: tensorBytes(this.#model, bytes) };
        default:
          return { type: dataType.float, rows, columns, data: bytesOf(tensorFloats(this.#model, bytes)) };
      }
    });
  }

  /** Writes word embeddings in as many bits as they have. @returns what is to be added to all of their numbers */
  words({ values, rowScales, uniform }: StoredTable): number {
    const [rows, columns] = values.dims;
    if (uniform === undefined || 'blockSize' in values) {
      this.matrix(values, rowScales, true);
      return 0;
    }
    const { codes, offset } = centredTable(this.#model, values, uniform);
    this.#add(values, () => ({ type: dataType.int8, rows, columns, data: codes }));
    this.#scales(new Float32Array(rows).fill(uniform.scale));
    return offset;
  }

  /**
   * Writes weights as they are. Blocks of eight bits become floats, unless they are those of words: the core gives
   * linear layers one scale for each column.
   */
  matrix(weights: TensorProto | StoredBlocks, scale: Float32Array | undefined, isTable: boolean): void {
    if (!('blockSize' in weights)) {
      this.tensor(weights, weights.dims[1]);
      this.#scales(scale);
    } else if (weights.bits === 4 || isTable) {
      this.#blocks(weights);
    } else {
      const [rows, columns] = weights.dims;
      const make = () => bytesOf(dequantizedRows(this.#model, weights));
      this.#add(weights.codes, () => ({ type: dataType.float, rows, columns, data: make() }));
      this.#scales(undefined);
    }
  }

  #scales(scale: Float32Array | undefined): void {
    this.floats(scale, scale?.length ?? 1);
    this.integers(-1, 0);
  }

  /** Codes, scales, zero points and the size of a block. */
  #blocks({ dims, bits, blockSize, codes, scales, zeroPoints }: StoredBlocks): void {
    const rows = dims[0];
    const packed = (tensor: TensorProto): NativeTensor => {
      const data = tensorBytes(this.#model, tensor);
      const type = bits === 4 ? dataType.uint4 : dataType.uint8;
      return { type, rows, columns: ((data.length / rows) * 8) / bits, data };
    };
    this.#add(codes, () => packed(codes));
    this.#add(scales, () => {
      const data = bytesOf(tensorFloats(this.#model, scales));
      return { type: dataType.float, rows, columns: data.length / 4 / rows, data };
    });
    this.#add(zeroPoints, () => packed(zeroPoints as TensorProto));
    this.integers(blockSize);
  }

  floats(values: Float32Array | undefined, columns: number): void {
    this.#add(values, () => {
      const numbers = values as Float32Array;
      return { type: dataType.float, rows: numbers.length / columns, columns, data: bytesOf(numbers) };
    });
  }

  norm(norm: EncoderNorm | undefined): void {
    const width = norm?.gamma.dims.at(-1) ?? 1;
    this.tensor(norm?.gamma, width);
    this.tensor(norm?.beta, width);
    this.number(norm?.epsilon ?? 0);
    this.integers(Number(norm?.rms ?? false));
  }

  linear({ weights, transposed, firstColumn, bias, scale, factor }: EncoderLinear): void {
    const columns = weights.dims[transposed ? 0 : 1];
    this.matrix(weights, scale, false);
    this.integers(Number(transposed), firstColumn);
    this.tensor(bias, columns);
    this.integers(bias === undefined ? 0 : firstColumn);
    this.tensor(factor, weights.dims[transposed ? 1 : 0]);
  }

  head({ pooling, dense, normalize }: Head): void {
    this.integers(pooling.length, ...pooling.map((mode) => poolings[mode]), dense.length);
    for (const layer of dense) {
      this.integers(layer.outputs);
      this.floats(layer.weight, layer.inputs);
      this.floats(layer.bias, layer.outputs);
      this.integers(Number(layer.activation === 'tanh'));
    }
    this.integers(Number(normalize));
  }

  finish(): NativeDescription {
    return { words: Int32Array.from(this.#words), tensors: this.#tensors };
  }

  /** Writes the index of a tensor, which is made when it is met for the first time; -1 for none. */
  #add(key: object | undefined, make: () => NativeTensor): void {
    if (key === undefined) {
      this.#words.push(-1);
      return;
    }
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.#tensors.push(make()) - 1;
      this.#known.set(key, index);
    }
    this.#words.push(index);
  }
}

function shifted(values: Float32Array, by: number): Float32Array {
  return values.map((value) => value + by);
}
