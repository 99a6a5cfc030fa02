import { formatCount } from '../base/index.js';
import type { CacheOptions } from '../embed/index.js';
import { keptVectorsFolder } from '../files/index.js';
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
  const [folder, hash] = await Promise.all([keptVectorsFolder(), modelHash(onnxPath)]);
  let told = false;
  return {
    folder,
    modelHash: hash,
    onUnwritable: ({ message }) => {
      if (!told) {
        told = true;
        onNote?.(`the teacher's vectors are not kept for another run. ${message}`);
      }
    },
    onRecalled: (which) => onNote?.(`the teacher's vectors of ${which} are those of an earlier run, kept in ${folder}`),
  };
}

/** Says how many of some things were recalled: "20,000 texts", "12 of 20 texts". */
export function share(recalled: number, total: number, what: string): string {
  return recalled === total
    ? `${formatCount(total)} ${what}`
    : `${formatCount(recalled)} of ${formatCount(total)} ${what}`;
}
