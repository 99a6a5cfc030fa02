import { reasonOf } from '../base/index.js';
import type { ModelFiles } from '../model/index.js';
import { type OnnxModel, readModel } from '../onnx/index.js';
import { declaredInputs, fixedShape } from '../output/index.js';
import type { NativeBinding, NativeModel } from './binding.js';
import type { NativePrecision } from './description-format.js';
import { recogniseForEngine } from './recognise-for-engine.js';
import { describeForCore } from './words.js';

/** In one line why the native engine does not run a model. */
export interface NoNativeModel {
  readonly reason: string;
  /** It may run the same file another time: memory was short. */
  readonly mayPass?: boolean;
}

export type NativeModelOrReason = { readonly model: NativeModel } | NoNativeModel;

/**
 * Recognises a model, quantizes and packs its weights. The first keeps the thread busy: half a second for
 * all-MiniLM-L6-v2.
 *
 * @param key under which the process then knows the model
 * @throws FILE_NOT_FOUND, FILE_NOT_READABLE, NOT_ONNX, ONNX_CORRUPT, ONNX_LIMIT, EXTERNAL_DATA
 */
export async function buildModel(
  binding: NativeBinding,
  files: ModelFiles,
  precision: NativePrecision,
  key: string,
): Promise<NativeModelOrReason> {
  const model = await readModel(files.onnxPath);
  const obstacle = obstacleTo(model, files);
  if (obstacle !== undefined) {
    return { reason: `the native engine does not run this model: ${obstacle}` };
  }
  const recognised = recogniseForEngine(model, files);
  if ('reason' in recognised) {
    return { reason: `the native engine does not know this model: ${recognised.reason}` };
  }
  const maxTokens = Math.min(files.maxTokens, recognised.encoder.maxTokens ?? files.maxTokens);
  const { words, tensors } = describeForCore(model, recognised.encoder, files.head, maxTokens, precision);
  try {
    return { model: await binding.loadModel(key, words, tensors) };
  } catch (error) {
    const why = reasonOf(error);
    return { reason: `the native engine cannot take this model: ${why}`, mayPass: why.includes('memory') };
  }
}

/** Says what the core cannot do for a model, whatever its graph. */
function obstacleTo(model: OnnxModel, { head, maxTokens }: ModelFiles): string | undefined {
  const activation = head.dense.map((layer) => layer.activation).find((name) => name === 'relu' || name === 'gelu');
  if (activation !== undefined) {
    return `a dense layer behind it has the activation ${activation}`;
  }
  const { tokens = maxTokens } = fixedShape(declaredInputs(model.proto.graph), model.path);
  return tokens < maxTokens ? `its inputs are made for ${tokens} tokens` : undefined;
}
