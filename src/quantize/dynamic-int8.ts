import type { ChannelStatistics } from '../calibration/index.js';
import type { LinearLayer } from '../encoder/index.js';
import { foldConstants, GraphEditor } from '../graph/index.js';
import { dataType, makeNode, type OnnxModel } from '../onnx/index.js';
import { raiseOpset, shareCopies } from '../passes/index.js';
import { int8Tables } from './int8-tables.js';
import { Int8Weights } from './int8-weights.js';
import { type Selection, selectParts } from './selection.js';

/** DynamicQuantizeLinear came with opset 11. */
const neededOpset = 11;

export interface Int8Options extends Selection {
  /** What calibration saw of the activations: weights are rounded with regard to it, and biases corrected. */
  readonly statistics?: ReadonlyMap<string, ChannelStatistics>;
}

/**
 * Quantizes to dynamic INT8: weights of MatMul and Gemm become S8 with one scale per output channel, activations U8
 * with one scale and zero point per run, found when the model runs. Embedding tables become S8 with one scale per row.
 *
 * The nodes are those that ONNX Runtime fuses into one kernel (DynamicQuantizeLinear → MatMulInteger → Cast → Mul).
 * U8 weights or S8 activations would forfeit its fast paths on x86.
 *
 * @throws ONNX_UNSUPPORTED if the model's opset cannot be raised to 11
 */
export function dynamicInt8(source: OnnxModel, options: Int8Options = {}): OnnxModel {
  const model = raiseOpset(foldConstants(source), neededOpset);
  const editor = new GraphEditor(model);
  const quantizer = new DynamicLayers(model, editor, options.statistics);
  const { layers, tables } = selectParts(model, options);
  for (const layer of layers) {
    quantizer.replace(layer);
  }
  return shareCopies(int8Tables(editor.finish(), tables));
}

interface QuantizedActivation {
  readonly values: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

/** Replaces linear layers; layers that share an input share what is made of it. */
class DynamicLayers {
  readonly #editor: GraphEditor;
  readonly #activations = new Map<string, QuantizedActivation>();
  readonly #weights: Int8Weights;

  constructor(model: OnnxModel, editor: GraphEditor, statistics?: ReadonlyMap<string, ChannelStatistics>) {
    this.#editor = editor;
    this.#weights = new Int8Weights(model, editor, statistics);
  }

  replace(layer: LinearLayer): void {
    const { node } = layer;
    const output = node.output[0];
    const name = (suffix: string): string => this.#editor.uniqueName(`${output}_${suffix}`);
    const activation = this.#activation(layer.activation);
    const weight = this.#weights.of(layer);
    const product = makeNode(
      'MatMulInteger',
      [activation.values, weight.values, activation.zeroPoint, weight.zeroPoints],
      [name('int32')],
      { name: node.name },
    );
    const cast = makeNode('Cast', product.output, [name('float')], { attributes: { to: { int: dataType.float } } });
    const scale = makeNode('Mul', [activation.scale, weight.scales], [name('scale')]);
    const scaledName = weight.bias === undefined ? output : name('scaled');
    const scaled = makeNode('Mul', [cast.output[0], scale.output[0]], [scaledName]);
    const bias = weight.bias === undefined ? [] : [makeNode('Add', [scaledName, weight.bias], [output])];
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
}
