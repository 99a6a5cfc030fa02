import type { TaskOptions } from '../base/index.js';
import type { CalibrationTexts } from '../calibration/index.js';
import type { OnnxModel } from '../onnx/index.js';
import { smoothWithTexts } from './calibrated-int8.js';
import type { Selection } from './selection.js';
import { weightOnly } from './weight-only.js';

export interface WeightOnlyMethodOptions extends Selection, TaskOptions {
  /** Without texts weights are rounded one by one. */
  readonly texts?: CalibrationTexts;
}

const layerScheme = { bits: 8, blockSize: 32, symmetric: true, clipping: 'none' } as const;
const tableScheme = { bits: 8, blockSize: 128, symmetric: true, clipping: 'none' } as const;

/**
 * Quantizes to 8-bit weights in blocks of 32 (embedding tables: 128). Rounding weights costs next to nothing; what is
 * lost comes from the activations, which the run time quantizes in blocks as well, so they are smoothed.
 *
 * @throws as `observe`
 */
export async function q8(model: OnnxModel, options: WeightOnlyMethodOptions = {}): Promise<OnnxModel> {
  const smoothed = options.texts === undefined ? model : (await smoothWithTexts(model, options.texts, options)).model;
  return weightOnly(smoothed, { ...options, layers: () => layerScheme, tables: tableScheme });
}
