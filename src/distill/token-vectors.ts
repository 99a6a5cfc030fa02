import { OctavecError, type TaskOptions, throwIfCancelled } from '../base/index.js';
import { type CacheableEmbedder, embedOrRecall } from '../embed/index.js';
import { type Engine, loadEngine, tokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';
import { type Matrix, nonFiniteRows } from '../numbers/index.js';
import { share, type TeacherCache } from './teacher-cache.js';

/** Texts of a few tokens each that go to the engine at once. */
const textsAtOnce = 4096;

/**
 * Embeds each token alone with the teacher, between special tokens: [tokens × width]. Vectors are pooled as the teacher
 * does, and not scaled to length 1. Those of an earlier run are taken from the cache.
 *
 * @throws TEACHER_UNFIT where a vector is not finite, or all are the same; and what the engine throws
 */
export async function tokenVectors(
  files: ModelFiles,
  ids: readonly (readonly number[])[],
  cache: TeacherCache,
  { threads, signal, onProgress }: TaskOptions & { readonly threads?: number },
): Promise<Matrix> {
  const model: ModelFiles = { ...files, head: { ...files.head, normalize: false } };
  await using engine: Engine = await loadEngine(model, { threads, signal });
  const { width, description } = engine;
  let isRecalled = true;
  const teacher: CacheableEmbedder = {
    ...{ model, width, engine: description },
    embed: async () => {
      isRecalled = false;
      return computed(engine, ids, files.onnxPath, { signal, onProgress });
    },
  };
  // The texts of a token alone are the ids around and in it.
  const vectors = await embedOrRecall(
    teacher,
    cache,
    ids.map((text) => text.join(' ')),
  );
  if (isRecalled) {
    cache.onRecalled(share(ids.length, ids.length, 'tokens'));
  }
  return vectors;
}

async function computed(
  engine: Engine,
  ids: readonly (readonly number[])[],
  path: string,
  { signal, onProgress }: TaskOptions,
): Promise<Matrix> {
  const { width } = engine;
  const data = new Float32Array(ids.length * width);
  for (let first = 0; first < ids.length; first += textsAtOnce) {
    throwIfCancelled(signal, 'distilling');
    onProgress?.({ stage: 'Asking the teacher for its tokens', done: first, total: ids.length, unit: 'tokens' });
    data.set(
      await engine.embed(tokenBatch(ids.slice(first, first + textsAtOnce)), { signal, alone: true }),
      first * width,
    );
  }
  const vectors = { data, rows: ids.length, columns: width };
  refuseUnfit(path, vectors);
  return vectors;
}

/**
 * Refuses vectors that are not finite, since one of them spoils the directions of all, and vectors that are all the
 * same.
 */
function refuseUnfit(path: string, vectors: Matrix): void {
  const broken = nonFiniteRows(vectors).length;
  if (broken > 0) {
    const why = `its vectors of ${broken} of ${vectors.rows} tokens are not finite`;
    throw new OctavecError('TEACHER_UNFIT', { path, why });
  }
  const { data, rows, columns } = vectors;
  const first = data.subarray(0, columns);
  let distance = 0;
  let length = 0;
  for (let i = 0; i < data.length; i++) {
    const reference = first[i % columns];
    distance += (data[i] - reference) ** 2;
    length += reference ** 2;
  }
  // The first state of a decoder, say, sees nothing of what comes behind it.
  if (rows > 1 && distance <= 1e-6 * length) {
    const why = 'it gives (nearly) the same vector for every token, as with the pooling of another model (`pooling`)';
    throw new OctavecError('TEACHER_UNFIT', { path, why });
  }
}
