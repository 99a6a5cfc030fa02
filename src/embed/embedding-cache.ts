import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { inOrder, version as toolVersion } from '../base/index.js';
import { fileHash, textsHash } from '../files/index.js';
import { cpuFeatures, readHostFacts } from '../host/index.js';
import type { Matrix } from '../numbers/index.js';
import { countedFrom } from './counted-from.js';
import type { EmbedOptions } from './embed-options.js';
import type { Embedder } from './embedder.js';
import { refuseNonFinite } from './encode-texts.js';
import { readVectors, type VectorCache, vectorKeeper } from './vector-files.js';

export interface CacheOptions extends VectorCache {
  /** SHA-256 of the model file with its external data. */
  readonly modelHash: string;
}

/** What is needed of an {@link Embedder}. */
export interface CacheableEmbedder extends Pick<Embedder, 'model' | 'width' | 'engine'> {
  readonly embed: EmbedAll;
}

type EmbedAll = (texts: readonly string[], options?: EmbedOptions) => Promise<Matrix>;

/** Vectors of so many texts share a file. */
export const textsAFile = 512;

/** What is embedded in one go: large enough for full batches, small enough to be done in seconds by a slow model. */
const charactersAtOnce = 16_384;
export const textsAtOnce = 256;

/** So many are under way at a time: enough for every worker. */
const slicesAtOnce = 16;

/** Time of work that an interruption may cost. */
const saveEveryMs = 3000;

/**
 * Returns an `embed` that saves what it computed every few seconds. The key is the file's hash, everything around the
 * file that changes vectors (tokenizer, pooling, maximum length, prompt, run time, instruction sets, this version of
 * octavec), and the texts' hash. How texts are batched depends on them alone, so that figures do not depend on
 * interruptions.
 */
export function cachedEmbedding(embedder: CacheableEmbedder, cache: CacheOptions): EmbedAll {
  const pathOf = vectorPaths(embedder, cache);
  const keep = vectorKeeper(cache);
  const { width } = embedder;
  return async (texts, { onProgress, signal, ...options } = {}) => {
    // A signal of its own for each slice: Node warns of a leak where many wait for the same one.
    const own = () => signal && AbortSignal.any([signal]);
    const data = new Float32Array(texts.length * width);
    for (let start = 0; start < texts.length; start += textsAFile) {
      const chunk = texts.slice(start, start + textsAFile);
      const path = await pathOf(chunk, options);
      const ends = sliceEnds(chunk);
      const kept = await readVectors(path, width);
      // Only what ends as a slice does was written here.
      let done = ends.find((end) => end * width === kept?.length) ?? 0;
      data.set(kept?.subarray(0, done * width) ?? [], start * width);
      const left = ends.filter((end) => end > done);
      const jobs = left.map((end, i) => {
        const first = left[i - 1] ?? done;
        const slice = chunk.slice(first, end);
        return () =>
          embedder.embed(slice, { ...options, signal: own(), reproducible: true }).catch((error: unknown) => {
            throw countedFrom(start + first, error);
          });
      });
      let saved = performance.now();
      for await (const vectors of inOrder(jobs, slicesAtOnce)) {
        data.set(vectors.data, (start + done) * width);
        done += vectors.rows;
        if (done === chunk.length || performance.now() - saved > saveEveryMs) {
          await keep(path, data.subarray(start * width, (start + done) * width));
          saved = performance.now();
        }
        onProgress?.({ stage: 'Embedding', done: start + done, total: texts.length, unit: 'texts' });
      }
      onProgress?.({ stage: 'Embedding', done: start + chunk.length, total: texts.length, unit: 'texts' });
    }
    return checked({ data, rows: texts.length, columns: width }, embedder, options);
  };
}

/** Checks kept vectors for NaN and infinity: they may come from a call that skipped what failed. */
function checked(vectors: Matrix, { model }: CacheableEmbedder, { onError }: EmbedOptions): Matrix {
  if (onError !== 'skip') {
    refuseNonFinite(vectors, model.onnxPath);
  }
  return vectors;
}

/**
 * Returns the vectors of all texts, embedded in one go as without a cache, for figures that must not depend on one.
 * They are kept as {@link cachedEmbedding} keeps them, but only when all are done.
 */
export async function embedOrRecall(
  embedder: CacheableEmbedder,
  cache: CacheOptions,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<Matrix> {
  const path = (await vectorPaths(embedder, cache)(texts, options)).replace(/\.f32$/, '.whole.f32');
  const kept = await readVectors(path, embedder.width);
  if (kept?.length === texts.length * embedder.width) {
    return checked({ data: kept, rows: texts.length, columns: embedder.width }, embedder, options);
  }
  const vectors = await embedder.embed(texts, options);
  await vectorKeeper(cache)(path, vectors.data);
  return vectors;
}

/** Returns the places behind the last text of each slice. */
function sliceEnds(texts: readonly string[]): number[] {
  const ends: number[] = [];
  let first = 0;
  let characters = 0;
  for (const [i, text] of texts.entries()) {
    if (i > first && (i - first === textsAtOnce || characters + text.length > charactersAtOnce)) {
      ends.push(i);
      first = i;
      characters = 0;
    }
    characters += text.length;
  }
  return [...ends, texts.length];
}

/** Returns a function that says where the vectors of texts are kept. */
function vectorPaths(
  embedder: CacheableEmbedder,
  { folder, modelHash }: CacheOptions,
): (texts: readonly string[], options: EmbedOptions) => Promise<string> {
  let model: Promise<string> | undefined;
  return async (texts, { prompt, promptName }) => {
    model ??= modelKey(embedder, modelHash);
    const key = await model;
    const name = hashOf(JSON.stringify([key, prompt, promptName, textsHash(texts)]));
    return join(folder, key.slice(0, 16), `${name}.f32`);
  };
}

/** Hashes everything that decides about vectors besides prompt and texts. */
async function modelKey(embedder: CacheableEmbedder, modelHash: string): Promise<string> {
  const { head, maxTokens, tokenizerPath, lowerCase, tokenizerLowerCase, truncationSide, prompts, defaultPrompt } =
    embedder.model;
  const dense = head.dense.map(({ weight, bias, ...layer }) => ({
    ...layer,
    weight: hashOf(weight),
    bias: bias && hashOf(bias),
  }));
  const { name, version } = embedder.engine;
  const { cpuFlags, platform } = await readHostFacts();
  return hashOf(
    JSON.stringify([
      toolVersion,
      modelHash,
      await fileHash(tokenizerPath),
      { ...head, dense },
      { tokenizerLowerCase, truncationSide, output: embedder.engine.output?.name },
      maxTokens,
      lowerCase,
      prompts,
      defaultPrompt,
      name,
      version,
      // Without exact products of bytes INT8 gives other vectors, and a cache may be shared by several machines.
      platform,
      cpuFeatures(cpuFlags, platform).names,
    ]),
  );
}

function hashOf(content: string | Float32Array): string {
  return createHash('sha256').update(content).digest('hex');
}
