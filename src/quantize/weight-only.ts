import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import {
  type LayerRole,
  type LinearLayer,
  layerWeights,
  rolesOf,
  transposeMatrix,
  weightKey,
} from '../encoder/index.js';
import { foldConstants, GraphEditor } from '../graph/index.js';
import {
  dataType,
  floatTensor,
  makeNode,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  tensorFloats,
  withOpset,
} from '../onnx/index.js';
import { shareCopies } from '../passes/index.js';
import { type BlockMatrix, blocksIn, packCodes, quantizeBlocks } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';
import { type Selection, selectParts } from './selection.js';

export interface WeightOnlyOptions extends Selection, TaskOptions {
  /** The scheme of a layer, by its role. */
  readonly layers: (role: LayerRole) => BlockScheme;
  /** The scheme of embedding tables. */
  readonly tables: BlockScheme;
  /** Weights that were quantized beforehand, [outputs × inputs], by {@link weightKey}; others are rounded block by block. */
  readonly quantized?: ReadonlyMap<string, BlockMatrix>;
}

/**
 * How MatMulNBits computes: activations quantized to 8 bits in blocks, integers multiplied. The other levels widen the
 * weights and multiply in FP32, which on CPUs is several times slower.
 */
const accuracyLevel = 4;

/** Returns the weight of a layer as MatMulNBits keeps it: [outputs × inputs]. */
export function weightByOutputs(model: OnnxModel, layer: LinearLayer): Float32Array {
  return transposeMatrix(layerWeights(model, layer), layer.inputs, layer.outputs);
}

const microsoft = 'com.microsoft';

/**
 * Quantizes weights only: weights of MatMul and Gemm become MatMulNBits, embedding tables GatherBlockQuantized (both
 * in the com.microsoft domain of ONNX Runtime). Activations stay in FP32 between the operators.
 */
export function weightOnly(source: OnnxModel, options: WeightOnlyOptions): OnnxModel {
  const model = foldConstants(source);
  const editor = new GraphEditor(model);
  const { layers, tables } = selectParts(model, options);
  const roles = rolesOf(model);
  const made = new Map<string, QuantizedNames>();
  const total = layers.length + tables.length;
  let done = 0;
  const step = (): void => {
    throwIfCancelled(options.signal, 'quantizing');
    options.onProgress?.({ stage: 'Quantizing weights', done: done++, total, unit: 'tensors' });
  };
  for (const layer of layers) {
    step();
    const key = weightKey(layer);
    let names = made.get(key);
    if (names === undefined) {
      const matrix =
        options.quantized?.get(key) ??
        quantizeBlocks(
          weightByOutputs(model, layer),
          layer.outputs,
          layer.inputs,
          options.layers(roles.get(layer.node) ?? 'other'),
        );
      const dims = [layer.outputs, blocksIn(layer.inputs, matrix.scheme)];
      names = addMatrix(editor, layer.weight.name ?? '', matrix, dims);
      made.set(key, names);
    }
    editor.replace(layer.node, ...matMulNBits(editor, layer, names));
  }
  for (const { table, rows, columns, gathers } of tables) {
    step();
    const scheme = tableScheme(options.tables, columns);
    const matrix = withoutFilling(quantizeBlocks(tensorFloats(model, table), rows, columns, scheme));
    const names = addMatrix(editor, table.name ?? '', matrix, [rows]);
    for (const node of gathers) {
      const { bits, blockSize } = scheme;
      const attributes = {
        bits: { int: bits },
        block_size: { int: blockSize },
        gather_axis: { int: 0 },
        quantize_axis: { int: 1 },
      };
      const inputs = [names.codes, node.input[1], names.scales, ...names.zeroPoints];
      editor.replace(
        node,
        makeNode('GatherBlockQuantized', inputs, node.output, { name: node.name, domain: microsoft, attributes }),
      );
    }
  }
  return withOpset(shareCopies(editor.finish()), microsoft, 1);
}

/**
 * Returns the scheme that a table is kept in: GatherBlockQuantized counts columns by bytes, so that an odd number
 * takes 8 bits.
 */
export function tableScheme(asked: BlockScheme, columns: number): BlockScheme {
  return asked.bits === 4 && columns % 2 === 1 ? { ...asked, bits: 8 } : asked;
}

/**
 * Drops the filling of the last block: GatherBlockQuantized takes a code for each column, where MatMulNBits takes whole
 * blocks.
 */
function withoutFilling(matrix: BlockMatrix): BlockMatrix {
  const { rows, columns, codes } = matrix;
  const filled = codes.length / rows;
  if (filled === columns) {
    return matrix;
  }
  const trimmed = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    trimmed.set(codes.subarray(row * filled, row * filled + columns), row * columns);
  }
  return { ...matrix, codes: trimmed };
}

interface QuantizedNames {
  readonly scheme: BlockScheme;
  readonly codes: string;
  readonly scales: string;
  /** None for symmetric schemes. */
  readonly zeroPoints: readonly string[];
}

/** Adds codes, scales and zero points of a matrix. `leading` are the dimensions of the codes before the packed bytes. */
function addMatrix(editor: GraphEditor, base: string, matrix: BlockMatrix, leading: readonly number[]): QuantizedNames {
  const { rows, columns, scheme } = matrix;
  const blocks = blocksIn(columns, scheme);
  const name = (suffix: string): string => editor.uniqueName(`${base}_${suffix}`);
  const codes = packCodes(matrix.codes, rows, scheme.bits);
  const leadingCount = leading.reduce((product, dim) => product * dim, 1);
  const zeroPoints = packCodes(matrix.zeroPoints, rows, scheme.bits);
  return {
    scheme,
    codes: editor.setInitializer(
      makeTensor(name(`q${scheme.bits}`), dataType.uint8, [...leading, codes.length / leadingCount], codes),
    ),
    scales: editor.setInitializer(floatTensor(name('scales'), [rows, blocks], matrix.scales)),
    zeroPoints: scheme.symmetric
      ? []
      : [
          editor.setInitializer(
            makeTensor(name('zero_points'), dataType.uint8, [rows, zeroPoints.length / rows], zeroPoints),
          ),
        ],
  };
}

function matMulNBits(editor: GraphEditor, layer: LinearLayer, names: QuantizedNames): NodeProto[] {
  const [output] = layer.node.output;
  const product = layer.bias === undefined ? output : editor.uniqueName(`${output}_product`);
  const attributes = {
    K: { int: layer.inputs },
    N: { int: layer.outputs },
    bits: { int: names.scheme.bits },
    block_size: { int: names.scheme.blockSize },
    accuracy_level: { int: accuracyLevel },
  };
  const inputs = [layer.activation, names.codes, names.scales, ...names.zeroPoints];
  const node = makeNode('MatMulNBits', inputs, [product], { name: layer.node.name, domain: microsoft, attributes });
  return layer.bias === undefined ? [node] : [node, makeNode('Add', [product, layer.bias], [output])];
}
