import type { TokenBatch } from '#rooms/engine';
import { applyHead } from '#rooms/output';
import { bindEncoder, runEncoder } from '../../src/engine/onnxruntime/encoder.js';
import { createSession } from '../../src/engine/onnxruntime/session.js';
import type { TinyModel } from './tiny-models.js';

/**
 * Hidden states of a batch by ONNX Runtime, ragged, [tokens × width]. In this process: to start a worker takes longer
 * than to run a tiny model.
 */
export async function hiddenStatesOf(onnxPath: string, padTokenId: number, batch: TokenBatch): Promise<Float32Array> {
  const session = await createSession({ onnxPath, threads: 1 });
  try {
    const encoder = await bindEncoder(session, onnxPath, padTokenId);
    if (encoder.hidden === undefined) {
      throw new Error(`${onnxPath} gives no hidden states`);
    }
    const { name, width } = encoder.hidden;
    const { data, tokens } = await runEncoder(encoder, batch, name);
    const { ids, offsets } = batch;
    const ragged = new Float32Array(ids.length * width);
    for (let text = 0; text + 1 < offsets.length; text++) {
      const start = text * tokens * width;
      const length = (offsets[text + 1] - offsets[text]) * width;
      ragged.set(data.subarray(start, start + length), offsets[text] * width);
    }
    return ragged;
  } finally {
    await session.release();
  }
}

/** Vectors of a batch, pooled as the model's head says, [texts × width]. */
export async function vectorsOf(
  { onnxPath, padTokenId, head }: Pick<TinyModel, 'onnxPath' | 'padTokenId' | 'head'>,
  batch: TokenBatch,
): Promise<Float32Array> {
  const data = await hiddenStatesOf(onnxPath, padTokenId, batch);
  const { ids, offsets } = batch;
  const width = data.length / ids.length;
  const texts = Array.from(offsets.subarray(1), (end, text) => ({
    ...{ data, width },
    start: offsets[text] * width,
    tokens: end - offsets[text],
  }));
  return applyHead(head, texts, new Int32Array(texts.length));
}
