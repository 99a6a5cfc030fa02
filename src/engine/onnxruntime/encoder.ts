import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { OctavecError } from '../../base/index.js';
import { halvesToFloats } from '../../numbers/index.js';
import type { FixedShape, OfferedOutput, OutputChoice } from '../../output/index.js';
import { chooseOutputs } from '../../output/index.js';
import type { TokenBatch } from '../engine.js';
import { type BoundInputs, bindInputs, paddedFeeds, paddedShape } from './inputs.js';
import { plainReason } from './session.js';
import { sessionInputs } from './session-inputs.js';

/** A model with its outputs found: where the hidden states come out, or vectors that are pooled already. */
export interface Encoder {
  readonly path: string;
  readonly session: InferenceSession;
  readonly inputs: BoundInputs;
  readonly padTokenId: number;
  /** How many ids the model knows; undefined if that cannot be found out. */
  readonly vocabulary?: number;
  /** [batch, tokens, width] */
  readonly hidden?: EncoderOutput;
  /** [batch, width] */
  readonly pooled?: EncoderOutput;
  /** Why these outputs. */
  readonly reason: string;
}

export interface EncoderOutput {
  readonly name: string;
  readonly width: number;
}

type Runnable = Pick<Encoder, 'path' | 'session' | 'inputs' | 'padTokenId' | 'vocabulary'>;

/**
 * Finds a model's inputs by name, and its outputs with a run on a text of two tokens: exporters call the outputs as they
 * like and often say little about their shapes.
 *
 * @throws MODEL_OUTPUT, USAGE, ENGINE_RUN
 */
export async function bindEncoder(
  session: InferenceSession,
  path: string,
  padTokenId: number,
  choice: OutputChoice = {},
): Promise<Encoder> {
  const inputs = bindInputs(await sessionInputs(session, path), path);
  const runnable = { path, session, inputs, padTokenId };
  const probe: TokenBatch = { ids: new Int32Array(2), offsets: Int32Array.of(0, 2) };
  const shape = paddedShape(inputs, probe);
  const outputs = await runSession(runnable, probe, shape, session.outputNames);
  const vocabulary = await probeVocabulary(runnable);
  const offered = Object.entries(outputs).map(([name, tensor]) => offeredOutput(name, tensor, shape));
  const { hidden, pooled, reason } = chooseOutputs(offered, { vocabularySize: vocabulary, ...choice }, path);
  return { ...runnable, vocabulary, hidden: hidden && named(hidden), pooled: pooled && named(pooled), reason };
}

function named({ name, width }: OfferedOutput): EncoderOutput {
  return { name, width: width as number };
}

function offeredOutput(name: string, { type, dims }: Tensor, { texts, tokens }: Required<FixedShape>): OfferedOutput {
  const perText = dims.length === 2 && dims[0] === texts;
  const perToken = dims.length === 3 && dims[0] === texts && dims[1] === tokens;
  return {
    name,
    isFloat: type === 'float32' || type === 'float16',
    per: perToken ? 'token' : perText ? 'text' : 'something else',
    width: dims.at(-1),
    description: `${name} ${type} [${dims}]`,
  };
}

/** An output of a batch: rows of `tokens` hidden states for each text, padding included, or one vector for each. */
export interface EncoderRows {
  readonly data: Float32Array;
  readonly tokens: number;
}

/**
 * Runs a batch, padded to its longest text or to the size that the model fixes.
 *
 * @returns the asked output: hidden states [texts × tokens × width], or pooled vectors [texts × width]
 * @throws ENGINE_RUN, TOKEN_OUT_OF_RANGE
 */
export async function runEncoder(encoder: Encoder, batch: TokenBatch, output: string): Promise<EncoderRows> {
  const shape = paddedShape(encoder.inputs, batch);
  const { [output]: tensor } = await runSession(encoder, batch, shape, [output]);
  const data = tensor.type === 'float16' ? halvesToFloats(bitsOf(tensor)) : (tensor.data as Float32Array);
  return { data, tokens: shape.tokens };
}

/**
 * Returns the bits of half-precision numbers. Half-precision data come as bits, or as a Float16Array where the run time
 * has one.
 */
function bitsOf(tensor: Tensor): Uint16Array {
  const { buffer, byteOffset, length } = tensor.data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}

/**
 * Finds out how many ids a model knows, from the error that ONNX Runtime gives for an impossible one. Undefined for
 * models that don't look ids up by Gather: they take it, or fail without naming a number.
 */
async function probeVocabulary(runnable: Runnable): Promise<number | undefined> {
  const probe: TokenBatch = { ids: Int32Array.of(0, impossibleId), offsets: Int32Array.of(0, 2) };
  const { session, inputs } = runnable;
  try {
    await runSession(runnable, probe, paddedShape(inputs, probe), session.outputNames);
  } catch (error) {
    if (error instanceof OctavecError && error.code === 'TOKEN_OUT_OF_RANGE') {
      return (error as OctavecError<'TOKEN_OUT_OF_RANGE'>).details.size;
    }
  }
  return undefined;
}

const impossibleId = 2 ** 31 - 1;

async function runSession(
  runnable: Runnable,
  batch: TokenBatch,
  shape: Required<FixedShape>,
  outputs: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  const { session, inputs, padTokenId } = runnable;
  const feeds = Object.fromEntries(
    paddedFeeds(inputs, batch, shape, padTokenId).map(({ name, type, data, dims }) => [
      name,
      new Tensor(type, data as Tensor.DataType, dims),
    ]),
  );
  try {
    return (await session.run(feeds, outputs)) as Readonly<Record<string, Tensor>>;
  } catch (error) {
    throw runError(runnable, batch, shape.tokens, error);
  }
}

function runError(
  { path, vocabulary = Number.POSITIVE_INFINITY }: Runnable,
  { ids }: TokenBatch,
  tokens: number,
  error: unknown,
): OctavecError {
  const why = plainReason(error);
  // "indices element out of data bounds, idx=30522 must be within the inclusive range [-30522,30521]"
  const range = /idx=(\d+) must be within the inclusive range \[-?\d+,(\d+)\]/.exec(why);
  const [index, size] = [Number(range?.[1]), Number(range?.[2]) + 1];
  // The table of positions gives the same message for a text that is too long.
  const isPosition = range !== null && index <= tokens + mostOffset && (index < vocabulary || !ids.includes(index));
  if (isPosition && !(vocabulary === Number.POSITIVE_INFINITY && ids.includes(index))) {
    const limit = `${tokens} tokens are more than its table of positions, with ${size} rows, is made for`;
    const hint = 'take fewer with --max-tokens (maxTokens), or correct max_seq_length in its configuration';
    return new OctavecError('ENGINE_RUN', { path, why: `${limit}; ${hint}` }, error);
  }
  if (range !== null && ids.includes(index)) {
    return new OctavecError('TOKEN_OUT_OF_RANGE', { path, id: index, size }, error);
  }
  return new OctavecError('ENGINE_RUN', { path, why }, error);
}

/** Rows that RoBERTa's table of positions has before the first token's. */
const mostOffset = 2;
