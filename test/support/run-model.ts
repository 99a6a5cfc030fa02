import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel, type OnnxModel } from '../../src/onnx/index.js';

export interface Feed {
  readonly type: 'float32' | 'float16' | 'int64' | 'int32' | 'bool';
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array;
}

export interface Result {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

export interface RunOptions {
  /** `disabled` runs the nodes as they stand. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
}

/** Runs a model in ONNX Runtime, in this process; all outputs by name. */
export async function runModel(
  model: OnnxModel,
  feeds: Readonly<Record<string, Feed>>,
  { optimization = 'all' }: RunOptions = {},
): Promise<Readonly<Record<string, Result>>> {
  const session = await openSession(model, optimization);
  try {
    const tensors = session.inputNames.map((name) => {
      const { type, dims, data } = feeds[name];
      return [name, new Tensor(type, data as never, dims)];
    });
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      session.outputNames.map((name) => {
        const { type, dims, data } = results[name];
        return [name, { type, dims, data: data as never }];
      }),
    );
  } finally {
    await session.release();
  }
}

/** Runs a float model with one input and gives its first output. */
export async function runOnFloats(
  model: OnnxModel,
  dims: readonly number[],
  data: Float32Array,
  options?: RunOptions,
): Promise<Float32Array> {
  const [input] = model.proto.graph.input;
  const results = await runModel(model, { [input.name ?? '']: { type: 'float32', dims, data } }, options);
  return Object.values(results)[0].data as Float32Array;
}

async function openSession(
  model: OnnxModel,
  graphOptimizationLevel: NonNullable<RunOptions['optimization']>,
): Promise<InferenceSession> {
  return InferenceSession.create(Buffer.concat(encodeModel(model.proto)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel,
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}

export function float32(dims: readonly number[], values: ArrayLike<number>): Feed {
  return { type: 'float32', dims, data: Float32Array.from(values) };
}

export function int64(dims: readonly number[], values: readonly number[]): Feed {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) };
}

/** The largest difference between two rows of numbers of the same length; infinite where one is not a number. */
export function largestDifference(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number {
  if (a.length !== b.length) {
    return Number.POSITIVE_INFINITY;
  }
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const [left, right] = [Number(a[i]), Number(b[i])];
    const difference = Object.is(left, right) ? 0 : Math.abs(left - right);
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  return largest;
}
