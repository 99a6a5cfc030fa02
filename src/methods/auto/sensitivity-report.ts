import type { MixPrecision } from '../../quantize/index.js';

/** One run of the real model with some of it quantized, the rest in FP32. */
export interface Measurement {
  /** What is quantized: "role ffn-down", or "part" and the names of weights. */
  readonly subject: string;
  readonly precision: MixPrecision;
  /** Texts that were embedded. */
  readonly texts: number;
  /** Mean of 1 − cosine to the vectors of the FP32 model, over texts and short cuttings from them. */
  readonly distance: number;
}

/** A number for each precision that was looked at. */
export type ByPrecision = Readonly<Partial<Record<MixPrecision, number>>>;

/** The whole model in one precision. */
export interface UniformFigures {
  readonly precision: MixPrecision;
  /** Of the file. */
  readonly bytes: number;
  /** Mean of 1 − cosine. */
  readonly distance: number;
  /** Share of what the goal allows that is used up; above 1 the goal is missed. Null where a figure is no number. */
  readonly usedAllowance: number | null;
  /** To embed the texts of the measurement. */
  readonly seconds: number;
}

/** What a role costs in quality. */
export interface RoleSensitivity {
  readonly role: string;
  readonly parts: number;
  readonly parameters: number;
  /** Mean of 1 − cosine with this role quantized and the rest in FP32. */
  readonly distance: ByPrecision;
}

export interface PartSensitivity {
  /** Name of the weight. */
  readonly id: string;
  readonly role: string;
  readonly parameters: number;
  /** Mean of 1 − cosine with this part quantized alone: measured, or a share of what was measured of its role or the model. */
  readonly distance: ByPrecision;
  /** Precisions that were measured with this part alone. */
  readonly measured: readonly MixPrecision[];
  /** What it has in the chosen mix. */
  readonly chosen: MixPrecision;
}

/** The least cost for an expected loss. */
export interface CurvePoint {
  /** Of the file. */
  readonly bytes: number;
  /** More than the fastest mix, for the texts of the measurement; where speed was asked for. */
  readonly seconds?: number;
  /** Sum of the parts' distances: what 1 − cosine is expected to be on average. */
  readonly expectedDistance: number;
  /** Parameters in each precision. */
  readonly parameters: ByPrecision;
}

/** A mix that was tried with the real model, on all texts of the search. */
export interface TriedMix {
  readonly bytes: number;
  readonly expectedDistance: number;
  readonly cosineMean: number | null;
  readonly cosineP1: number | null;
  readonly cosineMin: number | null;
  readonly overlap: number | null;
  /** The 1st percentile of the cosines of short cuttings from the texts, where there are any. */
  readonly cuttingsP1?: number | null;
  readonly usedAllowance: number | null;
}

export interface SearchFindings {
  readonly purpose: string;
  /** The limits of the goal. */
  readonly limits: Readonly<Record<string, number>>;
  /** Was a mix found that holds the goal on the texts of the search? */
  readonly met: boolean;
  readonly originalBytes: number;
  readonly uniform: readonly UniformFigures[];
  readonly roles: readonly RoleSensitivity[];
  readonly parts: readonly PartSensitivity[];
  readonly curve: readonly CurvePoint[];
  readonly tried: readonly TriedMix[];
}

/**
 * What `auto` saw of a model; stands beside the variant as `<name>.sensitivity.json`. The measurements are kept from
 * the first on, so that a search that was interrupted, or another goal, starts from them.
 */
export interface SensitivityReport {
  readonly schema: 1;
  readonly tool: string;
  /** SHA-256 of the original. */
  readonly source: string;
  /** SHA-256 of what else was measured with: texts, calibration, the parts that may be quantized. */
  readonly conditions: string;
  readonly measurements: readonly Measurement[];
  /** Missing as long as the search has not ended. */
  readonly findings?: SearchFindings;
}

/** Names the file of a sensitivity report: "onnx/model_auto.onnx" → "onnx/model_auto.sensitivity.json". */
export function sensitivityPath(variantPath: string): string {
  return `${variantPath.replace(/\.onnx$/, '')}.sensitivity.json`;
}
