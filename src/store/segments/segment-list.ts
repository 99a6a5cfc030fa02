import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OctavecError, reasonOf } from '../../base/index.js';
import { writeOutputFile } from '../../files/index.js';
import { type IndexManifest, indexManifest } from '../manifest.js';
import { syncFolder } from './write-file.js';

const segmentEntry = z.object({
  /** Its folder below `segments`. */
  name: z.string().regex(/^[\w-]+$/),
  documents: z.int().nonnegative(),
  chunks: z.int().nonnegative(),
  /** Numbers of documents that are there no more. */
  removed: z.array(z.int().nonnegative()),
  files: z.record(z.string(), z.object({ bytes: z.int().nonnegative(), sha256: z.string() })),
});

const segmentList = z.object({ manifest: indexManifest, segments: z.array(segmentEntry) });

/** A part of an index that is written once, and what is known of it. */
export type SegmentEntry = z.infer<typeof segmentEntry>;

/** What `index.json` holds: which segments make up the index. Whoever replaces it changes the index in one step. */
export interface SegmentList {
  readonly manifest: IndexManifest;
  readonly segments: readonly SegmentEntry[];
}

export function listPath(folder: string): string {
  return join(folder, 'index.json');
}

/**
 * @returns undefined where there is no index
 * @throws INDEX_DAMAGED, FILE_NOT_READABLE
 */
export async function readSegmentList(folder: string): Promise<SegmentList | undefined> {
  const path = listPath(folder);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return undefined;
    }
    throw new OctavecError('FILE_NOT_READABLE', { path, why: reasonOf(error) }, error);
  }
  try {
    return segmentList.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, ' ') : 'it is not JSON';
    throw new OctavecError('INDEX_DAMAGED', { path, why }, error);
  }
}

export async function writeSegmentList(folder: string, list: SegmentList): Promise<void> {
  await writeOutputFile(listPath(folder), `${JSON.stringify(list)}\n`);
  await syncFolder(folder);
}
