import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileHash, type Matrix, textsHash, version as toolVersion, writeOutputFile } from '../base/index.js';
import type { Embedder, EmbedOptions } from '../embed/index.js';

export interface CacheOptions {
  /** Where the vectors are kept, a file of raw float32 for up to {@link textsAFile} texts. */
  readonly folder: string;
  /** SHA-256 of the model file with its external data. */
  readonly modelHash: string;
}

/** What is needed of an {@link Embedder}. */
export type CacheableEmbedder = Pick<Embedder, 'model' | 'width' | 'engine' | 'embed'>;

/** Few enough that an interruption costs seconds, many enough that texts of like length find each other. */
export const textsAFile = 512;

/**
 * An `embed` that keeps what it computed. Its key is the file's hash, everything around the file that changes vectors
 * (tokenizer, pooling, maximum length, prompt, run time, this version of octavec), and the texts' hash.
 */
export function cachedEmbedding(
  embedder: CacheableEmbedder,
  cache: CacheOptions,
): (texts: readonly string[], options?: EmbedOptions) => Promise<Matrix> {
  let model: Promise<string> | undefined;
  return async (texts, { onProgress, ...options } = {}) => {
    model ??= modelKey(embedder, cache.modelHash);
    const key = await model;
    const { width } = embedder;
    const data = new Float32Array(texts.length * width);
    for (let start = 0; start < texts.length; start += textsAFile) {
      const chunk = texts.slice(start, start + textsAFile);
      const path = join(cache.folder, key.slice(0, 16), `${chunkKey(key, chunk, options)}.f32`);
      const kept = await readVectors(path, chunk.length * width);
      const vectors =
        kept ??
        (
          await embedder.embed(chunk, {
            ...options,
            onProgress:
              onProgress && ((event) => onProgress({ ...event, done: start + event.done, total: texts.length })),
          })
        ).data;
      if (kept === undefined) {
        await writeOutputFile(path, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
      }
      data.set(vectors, start * width);
      onProgress?.({ stage: 'Embedding', done: start + chunk.length, total: texts.length, unit: 'texts' });
    }
    return { data, rows: texts.length, columns: width };
  };
}

/** Everything that decides about vectors besides prompt and texts. */
async function modelKey(embedder: CacheableEmbedder, modelHash: string): Promise<string> {
  const { head, maxTokens, tokenizerPath, lowerCase, prompts, defaultPrompt } = embedder.model;
  const dense = head.dense.map(({ weight, bias, ...layer }) => ({
    ...layer,
    weight: hashOf(weight),
    bias: bias && hashOf(bias),
  }));
  const { name, version } = embedder.engine;
  return hashOf(
    JSON.stringify([
      toolVersion,
      modelHash,
      await fileHash(tokenizerPath),
      { ...head, dense },
      maxTokens,
      lowerCase,
      prompts,
      defaultPrompt,
      name,
      version,
    ]),
  );
}

function chunkKey(model: string, texts: readonly string[], { prompt, promptName }: EmbedOptions): string {
  return hashOf(JSON.stringify([model, prompt, promptName, textsHash(texts)]));
}

/** undefined where there are none, or not as many as there must be. */
async function readVectors(path: string, count: number): Promise<Float32Array | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes?.byteLength !== count * 4) {
    return undefined;
  }
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function hashOf(content: string | Float32Array): string {
  const bytes =
    typeof content === 'string' ? content : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}
