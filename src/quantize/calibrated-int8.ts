import type { TaskOptions } from '../base/index.js';
import type { OnnxModel } from '../onnx/index.js';
import type { ChannelStatistics } from './calibration/calibration-memory.js';
import { channelStatistics } from './calibration/channel-statistics.js';
import type { CalibrationTexts } from './calibration/observe.js';
import { layersByActivation } from './linear-layers.js';
import { type SmoothedModel, smooth } from './smoothing.js';

/**
 * What every calibrated INT8 method begins with: sees how far the channels of the linear layers' inputs reach, and
 * smooths them.
 *
 * @throws as `observe`
 */
export async function smoothWithTexts(
  model: OnnxModel,
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<SmoothedModel> {
  return smooth(model, await seeActivations(model, texts, options));
}

/** Statistics of the inputs of all linear layers. */
export function seeActivations(
  model: OnnxModel,
  texts: CalibrationTexts,
  options: TaskOptions = {},
): Promise<ReadonlyMap<string, ChannelStatistics>> {
  const activations = [...layersByActivation(model)].map(([name, [layer]]) => ({ name, channels: layer.inputs }));
  return channelStatistics(model, activations, texts, options);
}
