import { type CacheableEmbedder, cachedEmbedding, Embedder } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';
import type { Matrix } from '../numbers/index.js';
import type { DistillOptions } from './distill-options.js';
import { share, type TeacherCache } from './teacher-cache.js';

/**
 * Embeds texts with the teacher, scaled to length 1: [texts × width]. If the teacher has a default prompt for
 * documents, it is used. Vectors of an earlier run are taken from the cache, and those of an interrupted one.
 *
 * @throws what embedding throws
 */
export async function teacherVectors(
  files: ModelFiles,
  texts: readonly string[],
  cache: TeacherCache,
  {
    engine = 'auto',
    threads,
    signal,
    onProgress,
  }: Pick<DistillOptions, 'engine' | 'threads' | 'signal' | 'onProgress'>,
): Promise<Matrix> {
  await using teacher = await Embedder.load(
    { ...files, head: { ...files.head, normalize: true } },
    { engine, threads, signal },
  );
  let asked = 0;
  const counted: CacheableEmbedder = {
    ...{ model: teacher.model, width: teacher.width, engine: teacher.engine },
    embed: (some, options) => {
      asked += some.length;
      return teacher.embed(some, options);
    },
  };
  const stage = () => (asked === 0 ? 'Recalling what the teacher gave before' : 'Embedding with the teacher');
  const vectors = await cachedEmbedding(counted, cache)(texts, {
    signal,
    onProgress: onProgress && ((event) => onProgress({ ...event, stage: stage() })),
  });
  if (asked < texts.length) {
    cache.onRecalled(share(texts.length - asked, texts.length, 'texts'));
  }
  return vectors;
}
