import type { TaskOptions } from '../base/index.js';
import type { CalibrationTexts, ChannelStatistics } from '../calibration/index.js';
import {
  type ActivationScale,
  activationHistograms,
  quantizedMeans,
  type RangedActivation,
  type RangeMethod,
  rangeOf,
  scaleOfRange,
} from '../calibration/index.js';
import type { LinearLayer } from '../encoder/index.js';
import { foldConstants, GraphEditor } from '../graph/index.js';
import { mean } from '../numbers/index.js';
import {
  dataType,
  floatTensor,
  makeNode,
  makeTensor,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
  tensorFloats,
} from '../onnx/index.js';
import { raiseOpset, shareCopies } from '../passes/index.js';
import { smoothWithTexts } from './calibrated-int8.js';
import { int8Tables } from './int8-tables.js';
import { Int8Weights, type QuantizedWeight } from './int8-weights.js';
import { type Selection, selectParts } from './selection.js';

export interface StaticInt8Options extends Selection, TaskOptions {
  /** Texts that activations are recorded with. */
  readonly texts: CalibrationTexts;
  /** How the range of an activation is found. */
  readonly range?: RangeMethod;
}

/** DequantizeLinear with one scale per channel came with opset 13. */
const neededOpset = 13;

/**
 * Quantizes to static INT8 in QDQ form: inputs of linear layers become U8 with a scale and zero point that calibration
 * found, weights S8 with one scale per output channel. Outputs of the layers stay in FP32, as do attention products
 * and masks: their ranges are what ruins other static models. A text's vector does not depend on the batch.
 *
 * @throws as `observe`; ONNX_UNSUPPORTED if the model's opset cannot be raised to 13
 */
export async function staticInt8(source: OnnxModel, options: StaticInt8Options): Promise<OnnxModel> {
  const { texts, range = 'minmax' } = options;
  const smoothed = await smoothWithTexts(raiseOpset(foldConstants(source), neededOpset), texts, options);
  const { model } = smoothed;
  const { layers, tables } = selectParts(model, options);
  const activations = rangedActivations(layers, smoothed.statistics, range);
  const scales = await activationScales(model, activations, texts, range, options);
  const means = await quantizedMeans(model, activations, scales, texts, options);
  const editor = new GraphEditor(model);
  const weights = new Int8Weights(model, editor, smoothed.statistics, means);
  const quantized = new Map<string, QuantizedActivation>();
  for (const layer of layers) {
    const scale = scales.get(layer.activation);
    if (scale === undefined) {
      continue;
    }
    let values = quantized.get(layer.activation);
    if (values === undefined) {
      values = quantizeActivation(editor, layer.activation, scale);
      quantized.set(layer.activation, values);
    }
    replaceLayer(model, editor, layer, values, weights);
  }
  return shareCopies(int8Tables(editor.finish(), tables));
}

/**
 * Returns the layers' inputs with the range from the least to the largest value: of all texts, or of a text on average.
 */
function rangedActivations(
  layers: readonly LinearLayer[],
  statistics: ReadonlyMap<string, ChannelStatistics>,
  method: RangeMethod,
): RangedActivation[] {
  return [...new Map(layers.map((layer) => [layer.activation, layer.inputs]))].flatMap(([name, channels]) => {
    const seen = statistics.get(name);
    if (seen === undefined) {
      return [];
    }
    const { minima, maxima, least, greatest } = seen;
    return method === 'average'
      ? [{ name, channels, low: averageOf(minima, channels, Math.min), high: averageOf(maxima, channels, Math.max) }]
      : [{ name, channels, low: Math.min(...least), high: Math.max(...greatest) }];
  });
}

/** Returns the mean over all texts of what is picked from each one's channels; values are [texts × channels]. */
function averageOf(values: Float32Array, channels: number, pick: (a: number, b: number) => number): number {
  const texts = values.length / channels;
  return mean(
    Array.from({ length: texts }, (_, text) =>
      values.subarray(text * channels, (text + 1) * channels).reduce((a, b) => pick(a, b)),
    ),
  );
}

async function activationScales(
  model: OnnxModel,
  activations: readonly RangedActivation[],
  texts: CalibrationTexts,
  method: RangeMethod,
  options: TaskOptions,
): Promise<ReadonlyMap<string, ActivationScale>> {
  if (method === 'minmax' || method === 'average') {
    return new Map(activations.map((activation) => [activation.name, scaleOfRange(activation)]));
  }
  const histograms = await activationHistograms(model, activations, texts, options);
  return new Map([...histograms].map(([name, histogram]) => [name, scaleOfRange(rangeOf(histogram, method))]));
}

interface QuantizedActivation {
  /** Name of the value, quantized and back. */
  readonly values: string;
  readonly scale: number;
}

/** Inserts QuantizeLinear → DequantizeLinear, which run times recognise. */
function quantizeActivation(
  editor: GraphEditor,
  activation: string,
  { scale, zeroPoint }: ActivationScale,
): QuantizedActivation {
  const name = (suffix: string): string => editor.uniqueName(`${activation}_${suffix}`);
  const scaleName = editor.setInitializer(floatTensor(name('scale'), [], Float32Array.of(scale)));
  const zeroName = editor.setInitializer(makeTensor(name('zero_point'), dataType.uint8, [], Uint8Array.of(zeroPoint)));
  const quantize = makeNode('QuantizeLinear', [activation, scaleName, zeroName], [name('quantized')]);
  const dequantize = makeNode('DequantizeLinear', [quantize.output[0], scaleName, zeroName], [name('dequantized')]);
  editor.add(quantize, dequantize);
  return { values: dequantize.output[0], scale };
}

function replaceLayer(
  model: OnnxModel,
  editor: GraphEditor,
  layer: LinearLayer,
  activation: QuantizedActivation,
  weights: Int8Weights,
): void {
  const [output] = layer.node.output;
  const { name } = layer.node;
  const weight = weights.of(layer);
  const dequantized = editor.uniqueName(`${layer.weight.name}_dequantized`);
  const dequantize = makeNode('DequantizeLinear', [weight.values, weight.scales, weight.zeroPoints], [dequantized], {
    attributes: { axis: { int: 1 } },
  });
  const { bias, biasTensor } = weight;
  const wide = biasTensor && dequantizedBias(model, editor, biasTensor, activation.scale, weight);
  if (wide) {
    editor.replace(
      layer.node,
      dequantize,
      wide,
      makeNode('Gemm', [activation.values, dequantized, wide.output[0]], [output], { name }),
    );
    return;
  }
  const product = bias === undefined ? output : editor.uniqueName(`${output}_product`);
  const matMul = makeNode('MatMul', [activation.values, dequantized], [product], { name });
  const sum = bias === undefined ? [] : [makeNode('Add', [product, bias], [output])];
  editor.replace(layer.node, dequantize, matMul, ...sum);
}

/**
 * Returns the bias of a Gemm as int32 in steps of the product, the form in which ONNX Runtime computes the Gemm in
 * integers; with a bias in FP32 it would widen the weight in every run. Returns undefined where a bias is too many
 * steps for int32.
 */
function dequantizedBias(
  model: OnnxModel,
  editor: GraphEditor,
  bias: TensorProto,
  scale: number,
  { matrix }: QuantizedWeight,
): NodeProto | undefined {
  const name = (suffix: string): string => editor.uniqueName(`${bias.name}_${suffix}`);
  const steps = matrix.scales.map((weightScale) => weightScale * scale);
  const values = tensorFloats(model, bias);
  const codes = Array.from(steps, (step, i) => Math.round(values[i % values.length] / step));
  if (!codes.every((code) => Math.abs(code) < 2 ** 31)) {
    return undefined;
  }
  const inputs = [
    editor.setInitializer(makeTensor(name('quantized'), dataType.int32, [steps.length], Int32Array.from(codes))),
    editor.setInitializer(floatTensor(name('scale'), [steps.length], steps)),
  ];
  return makeNode('DequantizeLinear', inputs, [name('dequantized')], { attributes: { axis: { int: 0 } } });
}
