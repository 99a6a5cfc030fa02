import { reasonOf } from '../../base/index.js';
import type { ModelFiles } from '../../model/index.js';
import { readModel } from '../../onnx/index.js';
import type { NativeBinding, NativeModel } from './binding.js';
import type { NativePrecision } from './description-format.js';
import { recogniseEncoder } from './recognise/encoder.js';
import { describeForCore } from './words.js';

/** A model, or in one line why the native engine does not run it. */
export type NativeModelOrReason = { readonly model: NativeModel } | { readonly reason: string };

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
  const recognised = recogniseEncoder(model, { padTokenId: files.padTokenId, head: files.head });
  if ('reason' in recognised) {
    return { reason: `the native engine does not know this model: ${recognised.reason}` };
  }
  const maxTokens = Math.min(files.maxTokens, recognised.encoder.maxTokens ?? files.maxTokens);
  const { words, tensors } = describeForCore(model, recognised.encoder, files.head, maxTokens, precision);
  try {
    return { model: await binding.loadModel(key, words, tensors) };
  } catch (error) {
    return { reason: `the native engine cannot take this model: ${reasonOf(error)}` };
  }
}
