/** What was seen of an activation X, channel by channel, over all calibration texts. */
export interface ChannelStatistics {
  readonly channels: number;
  /** Of all texts, [channels]. */
  readonly least: Float32Array;
  readonly greatest: Float32Array;
  /** Of single texts, [texts × channels]: of each, or of so many from all over them that memory stays bounded. */
  readonly minima: Float32Array;
  readonly maxima: Float32Array;
  /** Mean over all tokens, [channels]. */
  readonly mean: Float64Array;
  /** Mean of squares over all tokens, [channels]. */
  readonly meanSquare: Float64Array;
}

/** How often the values of an activation fall into each of equal parts of its range. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: Float64Array;
}

/** The mean of each channel after quantization and back, [channels], and what it was quantized with. */
export interface QuantizedMean {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly mean: Float64Array;
}

/** What calibration saw of a model's activations, by their names. */
export interface CalibrationMemory {
  readonly statistics: Map<string, ChannelStatistics>;
  readonly histograms: Map<string, Histogram>;
  readonly means: Map<string, QuantizedMean>;
}

export function emptyMemory(): CalibrationMemory {
  return { statistics: new Map(), histograms: new Map(), means: new Map() };
}
