import type { Location, TaskOptions } from '../base/index.js';
import type { GateChoice } from '../evaluate/index.js';
import type { MethodChoice } from '../methods/index.js';
import { type ModelOverrides, overridesOf } from '../model/index.js';
import type { ProofTexts } from '../proof/index.js';
import type { Selection } from '../quantize/index.js';
import type { QueryTexts } from '../rerank/index.js';

/**
 * How variants are made and proven, of one model or of many. Without a choice of a gate, each variant is judged by
 * its method's own.
 */
export interface VariantOptions extends TaskOptions, GateChoice, Omit<ModelOverrides, 'output'> {
  /** The methods, by name or with options of their own: `['int8', q4({ blockSize: 64 })]`. */
  readonly to: readonly MethodChoice[];
  /** Name of the graph's output to take: hidden states, or vectors. */
  readonly modelOutput?: string;
  /** Told what was assumed of the model. */
  readonly onNote?: (note: string) => void;
  /** What the variants are proven with, three at least; octavec's verification texts by default. */
  readonly texts?: ProofTexts;
  /** Texts to calibrate with, where a method can use them; octavec's by default, none if false. */
  readonly calibration?: ProofTexts | false;
  /** Tidy the graph first, so that run times load and run it faster and methods find more in it; true by default. */
  readonly optimize?: boolean;
  /** Which layers are quantized; all by default. */
  readonly selection?: Selection;
  /** Publish what the gate refuses, too. */
  readonly force?: boolean;
  /** Measure speed and memory as well; by default where a gate limits the speed-up. */
  readonly bench?: boolean;
  /** Threads that quantize and run models; as many as the machine grants by default. */
  readonly threads?: number;
}

/** How `quantize` makes and proves variants of a model. */
export interface QuantizeOptions extends VariantOptions {
  /** A folder, or for one variant an .onnx file. Without it variants stand beside the original. */
  readonly output?: Location;
  /**
   * A file that keeps what calibration saw. If it is there, it is used instead of running the texts again (its own texts,
   * if no others are given); if not, it is made.
   */
  readonly calibrationTable?: Location;
  /**
   * Write one variant only: of those that fit into so many bytes, and that their gate lets pass, the one whose vectors are
   * closest to the original's. See `choice` of the outcome.
   */
  readonly maxSize?: number;
}

/** Returns what the options say of the model. Among them `output` is the place of the variants. */
export function modelOverrides(options: Omit<VariantOptions, 'to'>): ModelOverrides {
  return { ...overridesOf(options), output: options.modelOutput };
}

/** How `quantizeReranker` makes variants, and what it proves them with. */
export interface QuantizeRerankerOptions extends QuantizeOptions {
  /** What the variants are proven with, two texts for each query at least; octavec's claims and abstracts by default. */
  readonly queries?: readonly QueryTexts[];
}
