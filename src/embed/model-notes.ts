import type { EngineDescription } from '../engine/index.js';
import { type ModelFiles, variantOfPath } from '../model/index.js';

/** Says what was assumed about a model because nothing states it, one sentence each. */
export function modelNotes(
  { head, headSource, onnxPath }: Pick<ModelFiles, 'head' | 'headSource'> & Partial<Pick<ModelFiles, 'onnxPath'>>,
  engine: EngineDescription,
): string[] {
  return [...deviceNotes(onnxPath, engine), ...headNotes({ head, headSource }, engine)];
}

/**
 * Recommends FP16 on a GPU: GPUs multiply half precision fastest, and leave the operators of quantized files to the
 * CPU.
 */
function deviceNotes(onnxPath: string | undefined, { device }: EngineDescription): string[] {
  const variant = onnxPath && variantOfPath(onnxPath);
  return device === undefined || variant === undefined || variant === 'fp16'
    ? []
    : [`on ${device}, a file in FP16 is the fastest ("octavec quantize --to fp16")`];
}

function headNotes({ head, headSource }: Pick<ModelFiles, 'head' | 'headSource'>, engine: EngineDescription): string[] {
  if (headSource?.kind !== 'assumed' || engine.output?.gives === 'vectors') {
    return [];
  }
  const pooling = head.pooling.join(' and ');
  const length = head.normalize ? 'scaled to length 1' : 'not scaled';
  return [
    `the model does not say how its hidden states become a vector (no modules.json, no 1_Pooling): ${pooling} pooling, ${length}, is assumed. --pooling and --normalize (pooling, normalize) say it`,
  ];
}

/** Says how a model is run where its own files don't say so: pooling, the chosen output, fixed sizes. */
export function waysOfRunning(
  { head, headSource }: Pick<ModelFiles, 'headSource'> & Partial<Pick<ModelFiles, 'head'>>,
  engine: EngineDescription,
): string[] {
  const { output, fixedShape } = engine;
  const isPooled = output?.gives !== 'vectors' && headSource !== undefined && headSource.kind !== 'folder';
  const { texts, tokens } = fixedShape ?? {};
  return [
    ...(output !== undefined && !usualOutputs.has(output.name) ? [`output ${output.name} (${output.reason})`] : []),
    ...(isPooled && head !== undefined ? [`${head.pooling.join(' and ')} pooling ${headSource.name}`] : []),
    ...(tokens === undefined ? [] : [`texts padded to ${tokens} tokens`]),
    ...(texts === undefined ? [] : [texts === 1 ? 'one text at a time' : `${texts} texts at a time`]),
  ];
}

const usualOutputs = new Set(['last_hidden_state', 'token_embeddings', 'sentence_embedding']);
