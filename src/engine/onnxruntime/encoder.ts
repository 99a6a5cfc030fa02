import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { OctavecError } from '../../base/index.js';
import { halvesToFloats } from '../../numbers/index.js';
import type { TokenBatch } from '../engine.js';
import { hiddenOutputNames, pooledOutputNames } from '../output-names.js';
import { bindInputs, type DeclaredInput, type InputBinding, paddedFeeds } from './inputs.js';
import { plainReason } from './session.js';

/** A model with its outputs found: where the hidden states come out, or vectors that are pooled already. */
export interface Encoder {
  readonly path: string;
  readonly session: InferenceSession;
  readonly inputs: readonly InputBinding[];
  readonly padTokenId: number;
  /** [batch, tokens, width] */
  readonly hidden?: { readonly name: string; readonly width: number };
  /** [batch, width] */
  readonly pooled?: { readonly name: string; readonly width: number };
}

/**
 * Finds a model's inputs by name and its outputs by shape, with a run on a text of two tokens: exporters call the
 * outputs as they like and often say little about their shapes.
 *
 * @throws MODEL_OUTPUT, ENGINE_RUN
 */
export async function bindEncoder(session: InferenceSession, path: string, padTokenId: number): Promise<Encoder> {
  const inputs = bindInputs(session.inputMetadata.map(declaredInput), path);
  const probe: TokenBatch = { ids: new Int32Array(2), offsets: Int32Array.of(0, 2) };
  const outputs = await runSession({ path, session, inputs, padTokenId }, probe, 2, session.outputNames);
  const withShape = (rank: number) =>
    Object.keys(outputs).filter((name) => {
      const { dims, type } = outputs[name];
      const isFloat = type === 'float32' || type === 'float16';
      return isFloat && dims.length === rank && dims[0] === 1 && (rank === 2 || dims[1] === 2);
    });
  const describe = (name: string | undefined) =>
    name === undefined ? undefined : { name, width: outputs[name].dims.at(-1) as number };
  const threeAxes = withShape(3);
  const twoAxes = withShape(2);
  const hidden = describe(hiddenOutputNames.find((name) => threeAxes.includes(name)) ?? threeAxes[0]);
  const pooled = describe(
    pooledOutputNames.find((name) => twoAxes.includes(name)) ??
      (hidden === undefined && twoAxes.length === 1 ? twoAxes[0] : undefined),
  );
  if (hidden === undefined && pooled === undefined) {
    const found = Object.entries(outputs).map(([name, { type, dims }]) => `${name} ${type} [${dims}]`);
    throw new OctavecError('MODEL_OUTPUT', { path, why: `for one text of two tokens it gives ${found.join(', ')}` });
  }
  return { path, session, inputs, padTokenId, hidden, pooled };
}

function declaredInput(input: InferenceSession.ValueMetadata): DeclaredInput {
  return { name: input.name, type: input.isTensor ? input.type : undefined };
}

/**
 * Runs a batch, padded to its longest text.
 *
 * @returns the asked output: hidden states [texts × longest × width], or pooled vectors [texts × width]
 * @throws ENGINE_RUN, TOKEN_OUT_OF_RANGE
 */
export async function runEncoder(
  encoder: Encoder,
  batch: TokenBatch,
  longest: number,
  output: string,
): Promise<Float32Array> {
  const { [output]: tensor } = await runSession(encoder, batch, longest, [output]);
  return tensor.type === 'float16' ? halvesToFloats(bitsOf(tensor)) : (tensor.data as Float32Array);
}

/** Half-precision data come as bits, or as a Float16Array where the run time has one. */
function bitsOf(tensor: Tensor): Uint16Array {
  const { buffer, byteOffset, length } = tensor.data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}

/**
 * How many ids a model knows: what ONNX Runtime says of one that none can have. Undefined for models that look ids up in
 * another way than by Gather, and take them or fail without a number.
 */
export async function probeVocabulary(encoder: Encoder): Promise<number | undefined> {
  const probe: TokenBatch = { ids: Int32Array.of(0, impossibleId), offsets: Int32Array.of(0, 2) };
  const { name } = encoder.pooled ?? (encoder.hidden as NonNullable<Encoder['hidden']>);
  try {
    await runSession(encoder, probe, 2, [name]);
  } catch (error) {
    if (error instanceof OctavecError && error.code === 'TOKEN_OUT_OF_RANGE') {
      return (error as OctavecError<'TOKEN_OUT_OF_RANGE'>).details.size;
    }
  }
  return undefined;
}

const impossibleId = 2 ** 31 - 1;

async function runSession(
  { path, session, inputs, padTokenId }: Pick<Encoder, 'path' | 'session' | 'inputs' | 'padTokenId'>,
  batch: TokenBatch,
  longest: number,
  outputs: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  const feeds = Object.fromEntries(
    paddedFeeds(inputs, batch, longest, padTokenId).map(({ name, type, data, dims }) => [
      name,
      new Tensor(type, data, dims),
    ]),
  );
  try {
    return (await session.run(feeds, outputs)) as Readonly<Record<string, Tensor>>;
  } catch (error) {
    throw runError(path, batch, error);
  }
}

function runError(path: string, batch: TokenBatch, error: unknown): OctavecError {
  const why = plainReason(error);
  // "indices element out of data bounds, idx=30522 must be within the inclusive range [-30522,30521]"
  const range = /idx=(\d+) must be within the inclusive range \[-?\d+,(\d+)\]/.exec(why);
  // The table of positions gives the same message for a text that is too long.
  if (range !== null && batch.ids.includes(Number(range[1]))) {
    return new OctavecError('TOKEN_OUT_OF_RANGE', { path, id: Number(range[1]), size: Number(range[2]) + 1 }, error);
  }
  return new OctavecError('ENGINE_RUN', { path, why }, error);
}
