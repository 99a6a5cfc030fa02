import { type Engine, tryNativeEngine } from '#rooms/engine';
import { hiddenStatesOf } from './run-encoder.js';
import type { TinyModel } from './tiny-models.js';

type Files = Parameters<typeof tryNativeEngine>[0];

export function filesOf({ padTokenId, head }: TinyModel, onnxPath: string): Files {
  return { onnxPath, padTokenId, head, tokenizerPath: '', maxTokens: 128, lowerCase: false, prompts: {} };
}

export async function native(files: Files, precision: 'int8' | 'fp32'): Promise<Engine> {
  const found = await tryNativeEngine(files, { workers: 1, threads: 1, precision });
  if ('reason' in found) {
    throw new Error(found.reason);
  }
  return found.engine;
}

/** Of the hidden states, [tokens × width]. */
export function worstCosine(a: Float32Array, b: Float32Array, width = 64): number {
  let worst = 1;
  for (let start = 0; start < a.length; start += width) {
    const dot = (x: Float32Array, y: Float32Array) =>
      x.subarray(start, start + width).reduce((sum, value, i) => sum + value * y[start + i], 0);
    const lengths = Math.sqrt(dot(a, a) * dot(b, b));
    // Padding at the beginning of a decoder's text leaves nothing.
    worst = lengths === 0 && dot(a, a) === dot(b, b) ? worst : Math.min(worst, dot(a, b) / lengths);
  }
  return worst;
}

/** How far the native engine is from ONNX Runtime on the same file, in FP32 and in INT8. */
export async function closeness(
  tiny: TinyModel,
  onnxPath: string,
  width = 64,
): Promise<{ readonly fp32: number; readonly int8: number }> {
  const files = filesOf(tiny, onnxPath);
  await using fp32 = await native(files, 'fp32');
  await using int8 = await native(files, 'int8');
  const expected = await hiddenStatesOf(onnxPath, tiny.padTokenId, tiny.batch);
  return {
    fp32: worstCosine(expected, await fp32.hiddenStates(tiny.batch), width),
    int8: worstCosine(expected, await int8.hiddenStates(tiny.batch), width),
  };
}

/** Norms of queries and keys make attention as sharp as in trained models: the same rounding shows more. */
export function bound(name: string, cosine: number): number {
  return /gemma3|qwen3/.test(name) ? 1 - 6 * (1 - cosine) : cosine;
}
