import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ErrorDetails, type Location, OctavecError, placesOfTexts } from '../base/index.js';
import { declaredUse } from '../engine/index.js';
import type { OriginalIdentity } from '../evaluate/index.js';
import { foldConstants } from '../graph/index.js';
import { type ModelFiles, type OpenModelOptions, openModelFolder } from '../model/index.js';
import { type OnnxModel, type WrittenModel, writeModel } from '../onnx/index.js';
import { inlineFunctions, writeOutZeros } from '../passes/index.js';
import { hasDoubleWeights, hasHalfWeights, quantizedOperatorsIn, widen } from '../quantize/index.js';
import { modelGraph } from '../static/index.js';
import { conventionsHash, fileIdentity } from './identity.js';

/** The side that a candidate is measured against, ready to be run. */
export interface Original {
  /** As found on disk. */
  readonly files: ModelFiles;
  /** In FP32. */
  readonly model: OnnxModel;
  /** What to run: the file itself, or its widened copy. */
  readonly runnable: ModelFiles;
  readonly identity: OriginalIdentity;
  /** SHA-256 of tokenizer, pooling, limits and prompts. */
  readonly conventions: string;
  /** What was done to the original before anything else that the user should know. */
  readonly notes: readonly string[];
  /** Removes the widened copy. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a model as an original. Local functions are inlined, sparse weights written out. Weights in half precision are
 * widened to FP32, in a temporary copy, for what they are compared with must not be rounded again on its way; doubles
 * are rounded to FP32 in the same way.
 *
 * @throws what `openModelFolder` and `readModel` throw
 */
export async function openOriginal(path: Location, options: OpenModelOptions = {}): Promise<Original> {
  const found = await openModelFolder(path, options);
  const file = await modelGraph(found);
  const source = writeOutZeros(inlineFunctions(file));
  const files = fittedTo(source, found);
  const conventions = await conventionsHash(found);
  const isDouble = hasDoubleWeights(source);
  if (!isDouble && !hasHalfWeights(source)) {
    const precision = quantizedOperatorsIn(source).length > 0 ? 'quantized' : 'fp32';
    const identity = await fileIdentity(file, precision);
    const model = foldConstants(source);
    return { files, model, runnable: files, identity, conventions, notes: [], ...closing(async () => undefined) };
  }
  const model = foldConstants(widen(source));
  const identity = await fileIdentity(file, isDouble ? 'fp64' : 'fp16');
  const copy = await temporaryCopy(model);
  return {
    files,
    model,
    runnable: { ...files, onnxPath: copy.path },
    identity: { ...identity, fp32Bytes: copy.bytes },
    conventions,
    notes: isDouble ? ['the original computes in double precision; it was rounded to FP32, and compared with so'] : [],
    ...closing(copy.remove),
  };
}

/** Writes a model into a temporary folder, which does not stay where that fails. */
async function temporaryCopy(model: OnnxModel): Promise<WrittenModel & { readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'octavec-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await writeModel(model, join(folder, 'model.onnx'))), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Limits the calibration to the tokens that the model's inputs are made for. */
function fittedTo(model: OnnxModel, files: ModelFiles): ModelFiles {
  const { tokens = files.maxTokens } = declaredUse(model, files).fixedShape;
  return tokens < files.maxTokens ? { ...files, maxTokens: tokens } : files;
}

function closing(close: () => Promise<void>): Pick<Original, 'close' | typeof Symbol.asyncDispose> {
  return { close, [Symbol.asyncDispose]: close };
}

/**
 * Returns how the vectors of an original are told from others'. A widened copy gives other ones than the file that it
 * was made from.
 */
export function vectorsHash({ identity }: Original): string {
  return identity.fp32Bytes === undefined ? identity.sha256 : `${identity.sha256} widened`;
}

/**
 * Explains NaN of the original, which is no fault of a candidate, and with which none can be compared. Other errors
 * stay as they are.
 *
 * @param texts what was embedded, as a person would name it
 */
export function asOriginalError(error: unknown, { files }: Original, texts: string): unknown {
  if (!(error instanceof OctavecError && error.code === 'VECTOR_NOT_FINITE')) {
    return error;
  }
  const { indices } = error.details as ErrorDetails<'VECTOR_NOT_FINITE'>;
  const where = `for ${indices.length} of the ${texts} (${placesOfTexts(indices)})`;
  return new OctavecError('ORIGINAL_NOT_FINITE', { path: files.folder ?? files.onnxPath, where }, error);
}
