import { createHash, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import { readTextIfThere, writeOutputFile } from '../../files/index.js';
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

/** The list with the SHA-256 of its JSON. */
const checkedList = z.object({ sha256: z.string(), list: z.unknown() });

/** A part of an index that is written once, and what is known of it. */
export type SegmentEntry = z.infer<typeof segmentEntry>;

/** What `index.json` holds: which segments make up the index. Whoever replaces it changes the index in one step. */
export interface SegmentList {
  readonly manifest: IndexManifest;
  readonly segments: readonly SegmentEntry[];
}

/** Returns the path of the list of segments. */
export function listPath(folder: string): string {
  return join(folder, 'index.json');
}

/** Returns the folder of the segments. */
export function segmentsFolder(folder: string): string {
  return join(folder, 'segments');
}

/** Returns the path of the file with which one process keeps others from writing. */
export function lockPath(folder: string): string {
  return join(folder, 'writer.lock');
}

/** Makes the name of a new segment. Names sort by when they were made. */
export function newSegmentName(): string {
  return `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** Returns the path of the list's copy, in case the list is damaged. */
export function secondListPath(folder: string): string {
  return join(folder, 'index.backup.json');
}

/**
 * Reads the list of segments.
 *
 * @returns undefined where there is no index
 * @throws INDEX_DAMAGED, FILE_NOT_READABLE
 */
export async function readSegmentList(path: string): Promise<SegmentList | undefined> {
  const text = await readTextIfThere(path);
  if (text === undefined) {
    return undefined;
  }
  try {
    const { sha256, list } = checkedList.parse(JSON.parse(text));
    if (sha256 !== sha256Of(JSON.stringify(list))) {
      throw new RangeError('its checksum is another');
    }
    return segmentList.parse(list);
  } catch (error) {
    const isJson = error instanceof z.ZodError || error instanceof RangeError;
    const why = error instanceof RangeError ? error.message : isJson ? 'it is no list of segments' : 'it is not JSON';
    throw new OctavecError('INDEX_DAMAGED', { path, why }, error);
  }
}

/** Writes the list and its copy. When it returns, both are on the disk. */
export async function writeSegmentList(folder: string, list: SegmentList): Promise<void> {
  const json = JSON.stringify(list);
  const content = `{"sha256":"${sha256Of(json)}","list":${json}}\n`;
  await writeOutputFile(listPath(folder), content);
  await syncFolder(folder);
  await writeOutputFile(secondListPath(folder), content);
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns an entry of which further documents are gone. */
export function withoutDocuments(entry: SegmentEntry, gone: ReadonlySet<number> | undefined): SegmentEntry {
  return gone === undefined
    ? entry
    : { ...entry, removed: [...new Set([...entry.removed, ...gone])].sort((a, b) => a - b) };
}

/** Returns what differs as soon as another list stands in the folder. */
export async function stampOf(folder: string): Promise<string> {
  const facts = await stat(listPath(folder), { bigint: true }).catch(() => undefined);
  return facts === undefined ? 'none' : `${facts.ino}-${facts.mtimeNs}-${facts.size}`;
}
