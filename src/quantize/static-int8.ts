import { mean, type TaskOptions } from '../base/index.js';
import { foldConstants, GraphEditor, raiseOpset, removeDeadNodes } from '../graph/index.js';
import { dataType, floatTensor, makeNode, makeTensor, type OnnxModel } from '../onnx/index.js';
import { type ActivationScale, type RangeMethod, rangeOf, scaleOfRange } from './activation-range.js';
import { smoothWithTexts } from './calibrated-int8.js';
import type { ChannelStatistics } from './calibration/channel-statistics.js';
import { activationHistograms, type RangedActivation } from './calibration/histograms.js';
import type { CalibrationTexts } from './calibration/observe.js';
import { quantizedMeans } from './calibration/quantized-means.js';
import { int8Tables } from './int8-tables.js';
import { Int8Weights } from './int8-weights.js';
import type { LinearLayer } from './linear-layers.js';
import { type Selection, selectParts } from './selection.js';

export interface StaticInt8Options extends Selection, TaskOptions {
  readonly texts: CalibrationTexts;
  /** How the range of an activation is found. */
  readonly range?: RangeMethod;
}

/** DequantizeLinear with one scale per channel came with opset 13. */
const neededOpset = 13;

/**
 * Static INT8 in QDQ form: inputs of linear layers become U8 with a scale and zero point that calibration found, weights
 * S8 with one scale per output channel. Outputs of the layers stay in FP32, as do attention products and masks: their
 * ranges are what ruins other static models. A text's vector does not depend on the batch.
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
  const quantized = new Map<string, string>();
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
    replaceLayer(editor, layer, values, weights);
  }
  return removeDeadNodes(int8Tables(editor.finish(), tables));
}

/** The layers' inputs with the range from the least to the largest value: of all texts, or of a text on average. */
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
    const lows = ofEachText(seen.minima, channels, Math.min);
    const highs = ofEachText(seen.maxima, channels, Math.max);
    return method === 'average'
      ? [{ name, channels, low: mean(lows), high: mean(highs) }]
      : [{ name, channels, low: Math.min(...lows), high: Math.max(...highs) }];
  });
}

/** [texts × channels] → [texts] */
function ofEachText(values: Float32Array, channels: number, pick: (a: number, b: number) => number): number[] {
  const texts = values.length / channels;
  return Array.from({ length: texts }, (_, text) =>
    values.subarray(text * channels, (text + 1) * channels).reduce((a, b) => pick(a, b)),
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

/** QuantizeLinear → DequantizeLinear: what run times recognise. Returns the name of the dequantized value. */
function quantizeActivation(editor: GraphEditor, activation: string, { scale, zeroPoint }: ActivationScale): string {
  const name = (suffix: string): string => editor.uniqueName(`${activation}_${suffix}`);
  const scaleName = editor.setInitializer(floatTensor(name('scale'), [], Float32Array.of(scale)));
  const zeroName = editor.setInitializer(makeTensor(name('zero_point'), dataType.uint8, [], Uint8Array.of(zeroPoint)));
  const quantize = makeNode('QuantizeLinear', [activation, scaleName, zeroName], [name('quantized')]);
  const dequantize = makeNode('DequantizeLinear', [quantize.output[0], scaleName, zeroName], [name('dequantized')]);
  editor.add(quantize, dequantize);
  return dequantize.output[0];
}

function replaceLayer(editor: GraphEditor, layer: LinearLayer, activation: string, weights: Int8Weights): void {
  const [output] = layer.node.output;
  const weight = weights.of(layer);
  const dequantized = editor.uniqueName(`${layer.weight.name}_dequantized`);
  const dequantize = makeNode('DequantizeLinear', [weight.values, weight.scales, weight.zeroPoints], [dequantized], {
    attributes: { axis: { int: 1 } },
  });
  const product = layer.bias === undefined ? output : editor.uniqueName(`${output}_product`);
  const matMul = makeNode('MatMul', [activation, dequantized], [product], { name: layer.node.name });
  const bias = layer.bias === undefined ? [] : [makeNode('Add', [product, layer.bias], [output])];
  editor.replace(layer.node, dequantize, matMul, ...bias);
}
