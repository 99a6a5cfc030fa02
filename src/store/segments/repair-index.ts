import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OctavecError, type TaskOptions, throwIfCancelled } from '../../base/index.js';
import { OwnedFile } from '../../files/index.js';
import type { IndexManifest } from '../manifest.js';
import { type Damage, damagedFiles } from './check.js';
import { type EmbedChunks, repairSegment } from './repair.js';
import {
  listPath,
  lockPath,
  newSegmentName,
  readSegmentList,
  type SegmentEntry,
  type SegmentList,
  secondListPath,
  segmentsFolder,
  writeSegmentList,
} from './segment-list.js';

/** What a repair found and did. */
export interface RepairOutcome {
  /** Files that were not what they had been. */
  readonly damage: readonly Damage[];
  /** Ids of documents that could not be kept; an update from their files brings them back. */
  readonly lost: readonly string[];
}

/**
 * Rebuilds an index from what is whole of it.
 *
 * @param embed makes what embeds texts whose vectors are damaged; called only where there are some
 * @throws INDEX_NOT_FOUND, INDEX_DAMAGED where neither list of segments can be read, OUTPUT_BUSY, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED
 */
export async function repairIndexFiles(
  folder: string,
  embed: (manifest: IndexManifest) => Promise<EmbedChunks>,
  { signal, onProgress }: TaskOptions = {},
): Promise<RepairOutcome> {
  const { list, damage } = await readEitherList(folder);
  const owner = await OwnedFile.open(lockPath(folder), folder);
  try {
    const segments = segmentsFolder(folder);
    const kept: SegmentEntry[] = [];
    const found: Damage[] = [...damage];
    const lost: string[] = [];
    for (const [i, entry] of list.segments.entries()) {
      throwIfCancelled(signal, 'repairing the index');
      onProgress?.({ stage: 'Repairing', done: i, total: list.segments.length, unit: 'segments' });
      const damaged = await damagedFiles(segments, entry);
      if (damaged.length === 0) {
        kept.push(entry);
        continue;
      }
      found.push(...damaged.map(([name, why]) => ({ path: join(segments, entry.name, name), why })));
      const names = new Set(damaged.map(([name]) => name));
      const embedTexts: EmbedChunks = async (texts) => (await embed(list.manifest))(texts);
      const repaired = await repairSegment(segments, entry, names, newSegmentName(), list.manifest, embedTexts);
      kept.push(...(repaired.entry === undefined ? [] : [repaired.entry]));
      // One by one: a call takes no more than some 120,000 arguments.
      for (const id of repaired.lost) {
        lost.push(id);
      }
    }
    if (found.length > 0) {
      await writeSegmentList(folder, { manifest: list.manifest, segments: kept });
      const gone = list.segments.filter((entry) => !kept.includes(entry));
      await Promise.all(gone.map(({ name }) => rm(join(segments, name), { recursive: true, force: true })));
    }
    return { damage: found, lost };
  } finally {
    await owner.close();
    await rm(lockPath(folder), { force: true });
  }
}

/** Reads the list of segments, or its copy if the list is damaged. */
async function readEitherList(folder: string): Promise<{ list: SegmentList; damage: Damage[] }> {
  const path = listPath(folder);
  const damage: Damage[] = [];
  const list = await readSegmentList(path).catch((error: unknown) => {
    if (!(error instanceof OctavecError && error.code === 'INDEX_DAMAGED')) {
      throw error;
    }
    damage.push({ path, why: (error as OctavecError<'INDEX_DAMAGED'>).details.why });
    return undefined;
  });
  const second = list ?? (await readSegmentList(secondListPath(folder)));
  if (second === undefined) {
    throw damage.length === 0
      ? new OctavecError('INDEX_NOT_FOUND', { path: folder })
      : new OctavecError('INDEX_DAMAGED', { path, why: 'it cannot be read, and there is no copy of it' });
  }
  if (list === undefined && damage.length === 0) {
    damage.push({ path, why: 'it is missing' });
  }
  return { list: second, damage };
}
