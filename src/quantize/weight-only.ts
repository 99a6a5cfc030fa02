import { type TaskOptions, throwIfCancelled } from '../base/index.js';
import { foldConstants, GraphEditor, removeDeadNodes } from '../graph/index.js';
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
import { type BlockMatrix, blocksIn, packCodes, quantizeBlocks } from './block-matrix.js';
import type { BlockScheme } from './block-scheme.js';
import { type LinearLayer, layerWeights, transposeMatrix } from './linear-layers.js';
import { type Selection, selectParts } from './selection.js';

export interface WeightOnlyOptions extends Selection, TaskOptions {
  readonly layers: BlockScheme;
  readonly tables: BlockScheme;
  /**
   * How MatMulNBits computes: 4 quantizes activations to 8 bits in blocks and multiplies integers, 1 widens the weights
   * and multiplies in FP32, which on CPUs is several times slower.
   */
  readonly accuracyLevel: 1 | 4;
  /** Quantizes a layer's weight, [outputs × inputs]; by default each block by itself. */
  readonly quantizeLayer?: (layer: LinearLayer, weight: Float32Array) => BlockMatrix;
}

const microsoft = 'com.microsoft';

/**
 * Weight-only quantization: weights of MatMul and Gemm become MatMulNBits, embedding tables GatherBlockQuantized (both
 * in the com.microsoft domain of ONNX Runtime). Activations stay in FP32 between the operators.
 */
export function weightOnly(source: OnnxModel, options: WeightOnlyOptions): OnnxModel {
  const model = foldConstants(source);
  const editor = new GraphEditor(model);
  const { layers, tables } = selectParts(model, options);
  const made = new Map<string, QuantizedNames>();
  const total = layers.length + tables.length;
  let done = 0;
  const step = (): void => {
    throwIfCancelled(options.signal, 'quantizing');
    options.onProgress?.({ stage: 'Quantizing weights', done: done++, total, unit: 'tensors' });
  };
  for (const layer of layers) {
    step();
    const key = `${layer.weight.name}:${layer.transposed}`;
    let names = made.get(key);
    if (names === undefined) {
      const weight = transposeMatrix(layerWeights(model, layer), layer.inputs, layer.outputs);
      const matrix =
        options.quantizeLayer?.(layer, weight) ?? quantizeBlocks(weight, layer.outputs, layer.inputs, options.layers);
      names = addMatrix(editor, layer.weight.name ?? '', matrix, [
        layer.outputs,
        blocksIn(layer.inputs, matrix.scheme),
      ]);
      made.set(key, names);
    }
    editor.replace(layer.node, ...matMulNBits(editor, layer, names, options));
  }
  for (const { table, rows, columns, gathers } of tables) {
    step();
    const matrix = quantizeBlocks(tensorFloats(model, table), rows, columns, options.tables);
    const names = addMatrix(editor, table.name ?? '', matrix, [rows]);
    for (const node of gathers) {
      const { bits, blockSize } = options.tables;
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
  return withOpset(removeDeadNodes(editor.finish()), microsoft, 1);
}

interface QuantizedNames {
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

function matMulNBits(
  editor: GraphEditor,
  layer: LinearLayer,
  names: QuantizedNames,
  { layers, accuracyLevel }: WeightOnlyOptions,
): NodeProto[] {
  const [output] = layer.node.output;
  const product = layer.bias === undefined ? output : editor.uniqueName(`${output}_product`);
  const attributes = {
    K: { int: layer.inputs },
    N: { int: layer.outputs },
    bits: { int: layers.bits },
    block_size: { int: layers.blockSize },
    accuracy_level: { int: accuracyLevel },
  };
  const inputs = [layer.activation, names.codes, names.scales, ...names.zeroPoints];
  const node = makeNode('MatMulNBits', inputs, [product], { name: layer.node.name, domain: microsoft, attributes });
  return layer.bias === undefined ? [node] : [node, makeNode('Add', [product, layer.bias], [output])];
}
