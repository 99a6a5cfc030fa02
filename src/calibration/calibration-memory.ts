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

/** Where what was seen is remembered. */
export interface Remembering {
  readonly memory?: CalibrationMemory;
  /** Called whenever the memory has grown: keeps it for another day. */
  readonly keep?: () => Promise<void>;
}

/**
 * Returns what is known of activations, by name. What is not remembered, or does not fit, is gathered and then
 * remembered.
 */
export async function recall<Activation extends { readonly name: string }, Seen>(
  { memory, keep }: Remembering,
  kind: (memory: CalibrationMemory) => Map<string, Seen>,
  activations: readonly Activation[],
  fits: (known: Seen, activation: Activation) => boolean,
  gather: (missing: readonly Activation[]) => Promise<readonly Seen[]>,
): Promise<ReadonlyMap<string, Seen>> {
  const known = memory === undefined ? new Map<string, Seen>() : kind(memory);
  const missing = activations.filter((activation) => {
    const seen = known.get(activation.name);
    return seen === undefined || !fits(seen, activation);
  });
  const gathered = missing.length === 0 ? [] : await gather(missing);
  for (const [i, { name }] of missing.entries()) {
    known.set(name, gathered[i]);
  }
  if (missing.length > 0) {
    await keep?.();
  }
  const wanted = new Set(activations.map(({ name }) => name));
  return new Map([...known].filter(([name]) => wanted.has(name)));
}
