import { formatCount } from '../base/index.js';
import { type CacheOptions, ownVectorCache } from '../embed/index.js';
import { modelHash } from '../model/index.js';
import type { DistillOptions } from './distill-options.js';

/** Where a teacher's vectors are kept, and who is told of them. */
export interface TeacherCache extends CacheOptions {
  /** Tells that vectors were kept: "of 12 of 20 texts". */
  readonly onRecalled: (which: string) => void;
}

/**
 * Opens the cache of a teacher's vectors, which take nearly all of the time: a second run with another size or other words
 * needs none of it. Where nothing can be written, the work goes on without.
 *
 * @throws FILE_NOT_READABLE
 */
export async function openTeacherCache(
  onnxPath: string,
  { onNote }: Pick<DistillOptions, 'onNote'>,
): Promise<TeacherCache> {
  const notKept = (why: string) => onNote?.(`the teacher's vectors are not kept for another run. ${why}`);
  const [cache, hash] = await Promise.all([ownVectorCache(notKept), modelHash(onnxPath)]);
  return {
    ...cache,
    modelHash: hash,
    onRecalled: (which) =>
      onNote?.(`the teacher's vectors of ${which} are those of an earlier run, kept in ${cache.folder}`),
  };
}

/** Says how many of some things were recalled: "20,000 texts", "12 of 20 texts". */
export function share(recalled: number, total: number, what: string): string {
  return recalled === total
    ? `${formatCount(total)} ${what}`
    : `${formatCount(recalled)} of ${formatCount(total)} ${what}`;
}
