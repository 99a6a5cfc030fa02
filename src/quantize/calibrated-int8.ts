import type { TaskOptions } from '../base/index.js';
import type { CalibrationTexts, ChannelStatistics } from '../calibration/index.js';
import { channelStatistics } from '../calibration/index.js';
import { type LinearLayer, layersByActivation } from '../encoder/index.js';
import type { OnnxModel } from '../onnx/index.js';
import { type Selection, selectParts } from './selection.js';
import { type SmoothedModel, smooth } from './smoothing.js';

/**
 * Smooths the layers' inputs, as every calibrated INT8 method does first, after seeing how far their channels reach.
 * Layers that the selection leaves out stay as they are.
 *
 * @throws as `observe`; USAGE as `selectParts`
 */
export async function smoothWithTexts(
  model: OnnxModel,
  texts: CalibrationTexts,
  options: Selection & TaskOptions = {},
): Promise<SmoothedModel> {
  const { layers } = selectParts(model, options);
  return smooth(model, await seeActivations(model, layers, texts, options), layers);
}

/** Collects statistics of the inputs of layers. */
export function seeActivations(
  model: OnnxModel,
  layers: readonly LinearLayer[],
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, ChannelStatistics>> {
  const activations = [...layersByActivation(layers)].map(([name, [layer]]) => ({ name, channels: layer.inputs }));
  return channelStatistics(model, activations, texts, options);
}
