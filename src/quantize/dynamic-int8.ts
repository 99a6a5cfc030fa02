import { foldConstants, GraphEditor, raiseOpset, removeDeadNodes } from '../graph/index.js';
import { dataType, floatTensor, makeNode, makeTensor, type OnnxModel, tensorFloats } from '../onnx/index.js';
import { type EmbeddingTable, embeddingTables } from './embedding-tables.js';
import { type LinearLayer, layerWeights, linearLayers } from './linear-layers.js';
import { quantizeColumns, quantizeRows } from './symmetric.js';

/** DynamicQuantizeLinear came with opset 11. */
const neededOpset = 11;

/**
 * Dynamic INT8: weights of MatMul and Gemm become S8 with one scale per output channel, activations U8 with one scale
 * and zero point per run, found when the model runs. Embedding tables become S8 with one scale per row.
 *
 * The nodes are those that ONNX Runtime fuses into one kernel (DynamicQuantizeLinear → MatMulInteger → Cast → Mul).
 * U8 weights or S8 activations would forfeit its fast paths on x86.
 *
 * @throws ONNX_UNSUPPORTED if the model's opset cannot be raised to 11
 */
export function dynamicInt8(source: OnnxModel): OnnxModel {
  const model = raiseOpset(foldConstants(source), neededOpset);
  const editor = new GraphEditor(model);
  const quantizer = new DynamicLayers(model, editor);
  for (const layer of linearLayers(model)) {
    quantizer.replace(layer);
  }
  for (const table of embeddingTables(model)) {
    quantizeTable(model, editor, table);
  }
  return removeDeadNodes(editor.finish());
}

interface QuantizedActivation {
  readonly values: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

interface QuantizedWeight {
  readonly values: string;
  readonly scales: string;
  readonly zeroPoints: string;
}

/** Replaces linear layers; layers that share an input or a weight share what is made of it. */
class DynamicLayers {
  readonly #model: OnnxModel;
  readonly #editor: GraphEditor;
  readonly #activations = new Map<string, QuantizedActivation>();
  readonly #weights = new Map<string, QuantizedWeight>();

  constructor(model: OnnxModel, editor: GraphEditor) {
    this.#model = model;
    this.#editor = editor;
  }

  replace(layer: LinearLayer): void {
    const { node } = layer;
    const output = node.output[0];
    const name = (suffix: string): string => this.#editor.uniqueName(`${output}_${suffix}`);
    const activation = this.#activation(layer.activation);
    const weight = this.#weight(layer);
    const product = makeNode(
      'MatMulInteger',
      [activation.values, weight.values, activation.zeroPoint, weight.zeroPoints],
      [name('int32')],
      { name: node.name },
    );
    const cast = makeNode('Cast', product.output, [name('float')], { attributes: { to: { int: dataType.float } } });
    const scale = makeNode('Mul', [activation.scale, weight.scales], [name('scale')]);
    const scaledName = layer.bias === undefined ? output : name('scaled');
    const scaled = makeNode('Mul', [cast.output[0], scale.output[0]], [scaledName]);
    const bias = layer.bias === undefined ? [] : [makeNode('Add', [scaledName, layer.bias], [output])];
    this.#editor.replace(node, product, cast, scale, scaled, ...bias);
  }

  #activation(value: string): QuantizedActivation {
    const known = this.#activations.get(value);
    if (known !== undefined) {
      return known;
    }
    const name = (suffix: string): string => this.#editor.uniqueName(`${value}_${suffix}`);
    const quantized = { values: name('quantized'), scale: name('scale'), zeroPoint: name('zero_point') };
    this.#editor.add(
      makeNode('DynamicQuantizeLinear', [value], [quantized.values, quantized.scale, quantized.zeroPoint]),
    );
    this.#activations.set(value, quantized);
    return quantized;
  }

  #weight(layer: LinearLayer): QuantizedWeight {
    const key = `${layer.weight.name}:${layer.transposed}`;
    const known = this.#weights.get(key);
    if (known !== undefined) {
      return known;
    }
    const { inputs, outputs } = layer;
    const { values, scales } = quantizeColumns(layerWeights(this.#model, layer), inputs, outputs);
    const add = (suffix: string, type: number, dims: readonly number[], data: ArrayBufferView): string =>
      this.#editor.setInitializer(
        makeTensor(this.#editor.uniqueName(`${layer.weight.name}_${suffix}`), type, dims, data),
      );
    const quantized = {
      values: add('quantized', dataType.int8, [inputs, outputs], values),
      scales: add('scale', dataType.float, [outputs], scales),
      zeroPoints: add('zero_point', dataType.int8, [outputs], new Int8Array(outputs)),
    };
    this.#weights.set(key, quantized);
    return quantized;
  }
}

/**
 * A row of the table times its scale. Cast and Mul rather than DequantizeLinear: a scale per row, gathered along, is
 * something that DequantizeLinear has only from opset 21 on, and run times of phones lack.
 */
function quantizeTable(model: OnnxModel, editor: GraphEditor, { table, rows, columns, gathers }: EmbeddingTable): void {
  const { values, scales } = quantizeRows(tensorFloats(model, table), rows, columns);
  const name = (suffix: string): string => editor.uniqueName(`${table.name}_${suffix}`);
  const valuesName = editor.setInitializer(makeTensor(name('quantized'), dataType.int8, [rows, columns], values));
  const scalesName = editor.setInitializer(floatTensor(name('scale'), [rows, 1], scales));
  for (const node of gathers) {
    const output = node.output[0];
    const indices = node.input[1];
    const local = (suffix: string): string => editor.uniqueName(`${output}_${suffix}`);
    const row = { ...node, input: [valuesName, indices], output: [local('int8')] };
    const scale = makeNode('Gather', [scalesName, indices], [local('scale')]);
    const cast = makeNode('Cast', row.output, [local('float')], { attributes: { to: { int: dataType.float } } });
    editor.replace(node, row, scale, cast, makeNode('Mul', [cast.output[0], scale.output[0]], [output]));
  }
}
