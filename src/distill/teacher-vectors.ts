import { Embedder } from '../embed/index.js';
import type { ModelFiles } from '../model/index.js';
import type { Matrix } from '../numbers/index.js';
import type { DistillOptions } from './distill-options.js';

/**
 * Embeds texts with the teacher, scaled to length 1: [texts × width]. If the teacher has a default prompt for
 * documents, it is used.
 *
 * @throws what embedding throws
 */
export async function teacherVectors(
  files: ModelFiles,
  texts: readonly string[],
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
  return await teacher.embed(texts, {
    signal,
    onProgress: onProgress && ((event) => onProgress({ ...event, stage: 'Embedding with the teacher' })),
  });
}
