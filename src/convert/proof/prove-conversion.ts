import { OctavecError, type TaskOptions } from '../../base/index.js';
import type { EncoderPlan, WeightFiles } from '../../checkpoint/index.js';
import { loadOnnxRuntimeEngine, type TokenBatch, tokenBatch } from '../../engine/index.js';
import { defaultHead, type Head } from '../../model/index.js';
import { cosine } from '../../numbers/index.js';
import { readModel, writeMappedView } from '../../onnx/index.js';
import { applyHead, type HiddenRows } from '../../output/index.js';
import type { ConversionType } from '../conversion-type.js';
import { goldenOutput } from './golden-output.js';
import { probeTexts } from './probe-texts.js';
import { type ProbeText, referenceForward } from './reference-forward.js';

/** What a converted file was compared with, and how near it came. */
export interface ConversionProof {
  /** `weights`: plain loops over the stored weights. `golden`: outputs in the folder. `onnx`: another file. */
  readonly reference: 'weights' | 'golden' | 'onnx';
  readonly texts: number;
  readonly tokens: number;
  /** Of the hidden states of a token, the least; of rerankers and classifiers, of all scores. */
  readonly cosine: number;
  /** Of any number of the output. */
  readonly largestDifference: number;
  /** The largest number of the reference. */
  readonly largestValue: number;
}

/** How near the output must come: the least cosine, and the largest difference as a share of the largest number. */
interface Bounds {
  readonly cosine: number;
  readonly difference: number;
}

/**
 * Rounding of FP32 over 48 layers stays below its bounds by a factor of ten. Weights that are rounded to half precision are off by
 * up to 1 part in 2,000 each, which in models with random weights makes a third of these bounds at most.
 */
const bounds: Readonly<Record<ConversionType, Bounds>> = {
  fp32: { cosine: 0.99999, difference: 5e-4 },
  fp16: { cosine: 0.9999, difference: 2e-2 },
};

export interface ProofSubject {
  readonly folder: string;
  readonly plan: EncoderPlan;
  readonly weights: WeightFiles;
  /** The converted file. */
  readonly onnxPath: string;
  /** A file that is known to be right. */
  readonly against?: string;
  /** What the file stores weights as. */
  readonly dtype: ConversionType;
}

interface Reference {
  readonly kind: ConversionProof['reference'];
  readonly texts: readonly ProbeText[];
  /** [tokens × hidden], texts one after the other; of rerankers and classifiers [texts × classes]. */
  readonly numbers: ArrayLike<number>;
}

/**
 * Runs a converted file and compares its hidden states, or the scores of a reranker or classifier, with outputs that came with the model
 * (`expected.json`), with another ONNX file, or else with what the stored weights give in plain loops.
 *
 * @throws CONVERSION_REFUSED, and what the engine throws
 */
export async function proveConversion(subject: ProofSubject, options: TaskOptions = {}): Promise<ConversionProof> {
  const { folder, plan, onnxPath } = subject;
  const reference = await referenceOf(subject, options);
  // Read whole, a file takes twice its size in memory for a moment; its own bytes, mapped, take it once.
  const mapped = await writeMappedView(onnxPath);
  const { numbers: found, vectors } = await outputOf(mapped, plan, reference.texts, options);
  const proof = compareNumbers(folder, reference, found, plan);
  const { cosine: similarity, largestDifference, largestValue } = proof;
  // Written so that NaN does not pass.
  const { cosine: leastCosine, difference } = bounds[subject.dtype];
  if (!(similarity >= leastCosine && largestDifference <= difference * Math.max(1, largestValue))) {
    const why = `cosine ${similarity.toFixed(7)}, largest difference ${largestDifference.toExponential(2)} of values up to ${largestValue.toPrecision(3)}`;
    throw new OctavecError('CONVERSION_REFUSED', { path: folder, why });
  }
  if (plan.head !== undefined && vectors !== undefined) {
    proveVectors(folder, plan.head, rowsOf(found, reference.texts, plan.hidden), vectors);
  }
  return proof;
}

async function referenceOf({ folder, plan, weights, against }: ProofSubject, options: TaskOptions): Promise<Reference> {
  if (against !== undefined) {
    const texts = probeTexts(plan, await takesTypes(against));
    return {
      kind: 'onnx',
      texts,
      numbers: (await outputOf(against, { ...plan, head: undefined }, texts, options)).numbers,
    };
  }
  const golden = await goldenOutput(folder, plan);
  if (golden !== undefined) {
    return { kind: 'golden', ...golden };
  }
  const texts = probeTexts(plan);
  return { kind: 'weights', texts, numbers: await referenceForward(plan, weights, texts, options) };
}

/** Tells whether a file distinguishes types of tokens; some exporters leave them out. */
async function takesTypes(onnxPath: string): Promise<boolean> {
  const { graph } = (await readModel(onnxPath)).proto;
  return graph.input.some(({ name = '' }) => name === 'token_type_ids');
}

/** Compares vectors that the graph makes with what octavec makes of the same hidden states. @throws CONVERSION_REFUSED */
function proveVectors(folder: string, head: Head, texts: readonly HiddenRows[], found: Float32Array): void {
  const expected = applyHead(
    head,
    texts,
    texts.map(() => 0),
  );
  const width = expected.length / texts.length;
  const cosines = texts.map((_, i) => {
    const [a, b] = [expected, found].map((all) => all.subarray(i * width, (i + 1) * width));
    return cosine(a, b);
  });
  if (found.length !== expected.length || !(Math.min(...cosines) >= bounds.fp32.cosine)) {
    const why = `its vectors have a cosine of ${Math.min(...cosines).toFixed(7)} to what pooling and dense layers make of its hidden states`;
    throw new OctavecError('CONVERSION_REFUSED', { path: folder, why });
  }
}

function rowsOf(data: Float32Array, texts: readonly ProbeText[], width: number): HiddenRows[] {
  let start = 0;
  return texts.map(({ ids }) => {
    const rows = { data, start, tokens: ids.length, width };
    start += ids.length * width;
    return rows;
  });
}

/** Returns hidden states, or scores; vectors of texts where the graph makes them. */
async function outputOf(
  onnxPath: string,
  { padTokenId, classifier, head: ownHead }: EncoderPlan,
  texts: readonly ProbeText[],
  { signal }: TaskOptions,
): Promise<{ readonly numbers: Float32Array; readonly vectors?: Float32Array }> {
  const head = { ...defaultHead, pooling: ['cls'], normalize: false } as const;
  const task = classifier && 'classify';
  const running = { workers: 1, memory: 'shared', signal } as const;
  const engine = await loadOnnxRuntimeEngine({ onnxPath, padTokenId, head, task }, running);
  try {
    const batch = batchOf(texts);
    if (task !== undefined) {
      return { numbers: await engine.embed(batch, { signal }) };
    }
    const vectors = ownHead && (await engine.embed(batch, { signal }));
    return { numbers: await engine.hiddenStates(batch, { signal }), vectors };
  } finally {
    await engine.close();
  }
}

function batchOf(texts: readonly ProbeText[]): TokenBatch {
  const types = Int32Array.from(texts.flatMap(({ ids, types = ids.map(() => 0) }) => types));
  return { ...tokenBatch(texts.map(({ ids }) => ids)), types };
}

/** Compares row by row: the hidden state of each token, or all scores as one row. */
function compareNumbers(
  folder: string,
  { kind, texts, numbers }: Reference,
  found: Float32Array,
  { classifier, hidden }: EncoderPlan,
): ConversionProof {
  const tokens = texts.reduce((sum, { ids }) => sum + ids.length, 0);
  const [rows, width] = classifier === undefined ? [tokens, hidden] : [1, texts.length * classifier.out.outputs];
  if (found.length !== rows * width || numbers.length !== rows * width) {
    const why = `${found.length} numbers for ${tokens} tokens, and ${numbers.length} are expected`;
    throw new OctavecError('CONVERSION_REFUSED', { path: folder, why });
  }
  const expected = Float32Array.from(numbers);
  let least = 1;
  let largestDifference = 0;
  let largestValue = 0;
  for (let row = 0; row < rows; row++) {
    const [a, b] = [expected, found].map((all) => all.subarray(row * width, (row + 1) * width));
    least = Math.min(least, cosine(a, b));
    for (let i = 0; i < width; i++) {
      largestDifference = Math.max(largestDifference, Math.abs(a[i] - b[i]));
      largestValue = Math.max(largestValue, Math.abs(a[i]));
    }
  }
  return { reference: kind, texts: texts.length, tokens, cosine: least, largestDifference, largestValue };
}
