import { OctavecError, type TaskOptions } from '../../base/index.js';
import { loadOnnxRuntimeEngine, type TokenBatch } from '../../engine/index.js';
import { defaultHead } from '../../model/index.js';
import { cosine } from '../../numbers/index.js';
import type { EncoderPlan } from '../encoder-plan.js';
import type { WeightFiles } from '../weights/weight-files.js';
import { goldenStates } from './golden-states.js';
import { probeTexts } from './probe-texts.js';
import { referenceForward } from './reference-forward.js';

/** What a converted file was held against, and how near it came. */
export interface ConversionProof {
  /** `weights`: plain loops over the stored weights. `golden`: outputs in the folder. `onnx`: another file. */
  readonly reference: 'weights' | 'golden' | 'onnx';
  readonly texts: number;
  readonly tokens: number;
  /** Of the hidden states of a token, the least. */
  readonly cosine: number;
  /** Of any number of the hidden states. */
  readonly largestDifference: number;
  /** The largest number of the reference. */
  readonly largestValue: number;
}

/** Rounding of FP32 over 48 layers stays below these by a factor of ten. */
const leastCosine = 0.99999;
const mostDifference = 5e-4;

export interface ProofSubject {
  readonly folder: string;
  readonly plan: EncoderPlan;
  readonly weights: WeightFiles;
  /** The converted file. */
  readonly onnxPath: string;
  /** A file that is known to be right. */
  readonly against?: string;
}

interface Reference {
  readonly kind: ConversionProof['reference'];
  readonly texts: readonly (readonly number[])[];
  /** [tokens × hidden], texts one after the other. */
  readonly states: ArrayLike<number>;
}

/**
 * Runs a converted file and holds its hidden states against outputs that came with the model (`expected.json`), against
 * another ONNX file, or else against what the stored weights give in plain loops.
 *
 * @throws CONVERSION_REFUSED, and what the engine throws
 */
export async function proveConversion(subject: ProofSubject, options: TaskOptions = {}): Promise<ConversionProof> {
  const { folder, plan, onnxPath } = subject;
  const reference = await referenceOf(subject, options);
  const found = await statesOf(onnxPath, plan, reference.texts, options);
  const proof = compareStates(reference, found, plan.hidden);
  const { cosine: similarity, largestDifference, largestValue } = proof;
  // Written so that NaN does not pass.
  if (!(similarity >= leastCosine && largestDifference <= mostDifference * Math.max(1, largestValue))) {
    const why = `cosine ${similarity.toFixed(7)}, largest difference ${largestDifference.toExponential(2)} of values up to ${largestValue.toPrecision(3)}`;
    throw new OctavecError('CONVERSION_REFUSED', { path: folder, why });
  }
  return proof;
}

async function referenceOf({ folder, plan, weights, against }: ProofSubject, options: TaskOptions): Promise<Reference> {
  if (against !== undefined) {
    const texts = probeTexts(plan);
    return { kind: 'onnx', texts, states: await statesOf(against, plan, texts, options) };
  }
  const golden = await goldenStates(folder, plan);
  if (golden !== undefined) {
    return { kind: 'golden', ...golden };
  }
  const texts = probeTexts(plan);
  return { kind: 'weights', texts, states: await referenceForward(plan, weights, texts, options) };
}

async function statesOf(
  onnxPath: string,
  { padTokenId }: EncoderPlan,
  texts: readonly (readonly number[])[],
  { signal }: TaskOptions,
): Promise<Float32Array> {
  const engine = await loadOnnxRuntimeEngine({ onnxPath, padTokenId, head: defaultHead }, { signal });
  try {
    return await engine.hiddenStates(tokenBatch(texts), { signal });
  } finally {
    await engine.close();
  }
}

function tokenBatch(texts: readonly (readonly number[])[]): TokenBatch {
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, { length }] of texts.entries()) {
    offsets[i + 1] = offsets[i] + length;
  }
  return { ids: Int32Array.from(texts.flat()), offsets };
}

function compareStates({ kind, texts, states }: Reference, found: Float32Array, width: number): ConversionProof {
  const tokens = texts.reduce((sum, { length }) => sum + length, 0);
  if (found.length !== tokens * width || states.length !== tokens * width) {
    throw new OctavecError('CONVERSION_REFUSED', {
      path: 'the model',
      why: `${found.length} numbers for ${tokens} tokens, and ${states.length} are expected`,
    });
  }
  const expected = Float32Array.from(states);
  let least = 1;
  let largestDifference = 0;
  let largestValue = 0;
  for (let token = 0; token < tokens; token++) {
    const [a, b] = [expected, found].map((rows) => rows.subarray(token * width, (token + 1) * width));
    least = Math.min(least, cosine(a, b));
    for (let i = 0; i < width; i++) {
      largestDifference = Math.max(largestDifference, Math.abs(a[i] - b[i]));
      largestValue = Math.max(largestValue, Math.abs(a[i]));
    }
  }
  return { reference: kind, texts: texts.length, tokens, cosine: least, largestDifference, largestValue };
}
