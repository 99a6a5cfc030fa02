import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chunk } from '../../documents/index.js';
import { textOfChunk } from '../../documents/index.js';
import type { Matrix } from '../../numbers/index.js';
import type { IndexManifest } from '../manifest.js';
import { indexWords } from '../text/word-index.js';
import { checkedLine, type DocumentLine } from './document-line.js';
import { openTensors } from './open-tensors.js';
import type { SegmentEntry } from './segment-list.js';
import { segmentFiles, writeSegment } from './write-segment.js';

/** The vectors of texts, at length 1: for chunks whose own are damaged. */
export type EmbedChunks = (texts: readonly string[]) => Promise<Matrix>;

/** What is left of a segment. */
export interface Repaired {
  /** undefined where nothing is left. */
  readonly entry?: SegmentEntry;
  /** Ids of documents that could not be kept, as far as they can be read. */
  readonly lost: readonly string[];
}

interface WholeDocument {
  readonly line: DocumentLine;
  readonly chunkLines: readonly Buffer[];
  /** Number of its first chunk in the damaged segment. */
  readonly first: number;
}

/**
 * Writes what is whole of a damaged segment into another. A document is whole if its line and those of its chunks have their
 * checksum; vectors that are damaged are made again from the texts, and so are the tables.
 *
 * @param damaged names of its files that are
 */
export async function repairSegment(
  folder: string,
  entry: SegmentEntry,
  damaged: ReadonlySet<string>,
  name: string,
  manifest: IndexManifest,
  embed: EmbedChunks,
): Promise<Repaired> {
  const path = join(folder, entry.name);
  const { whole, lost } = await wholeDocuments(path, entry, damaged);
  if (whole.length === 0) {
    return { lost };
  }
  const texts = whole.flatMap(({ chunkLines }) =>
    chunkLines.map((line) => textOfChunk(JSON.parse(line.toString()) as Chunk)),
  );
  const { dimensions } = manifest.model;
  const vectors = damaged.has(segmentFiles.vectors)
    ? await embed(texts)
    : keptVectors(await storedVectors(path), whole, dimensions);
  const content = {
    documents: whole.map(({ line }) => line),
    chunkLines: () => whole.flatMap(({ chunkLines }) => chunkLines),
    vectors: () => [vectors],
    dimensions,
    words: indexWords(texts),
  };
  return { entry: await writeSegment(folder, name, content, manifest.vectors), lost };
}

async function wholeDocuments(
  path: string,
  entry: SegmentEntry,
  damaged: ReadonlySet<string>,
): Promise<{ whole: WholeDocument[]; lost: string[] }> {
  const [documents, chunks] = await Promise.all(
    [segmentFiles.documents, segmentFiles.chunks].map((name) =>
      readFile(join(path, name)).catch(() => Buffer.alloc(0)),
    ),
  );
  const places = damaged.has(segmentFiles.tables) ? undefined : await placesOf(path);
  const lines = linesAt(documents, places?.lineStarts);
  const chunkLines = linesAt(chunks, places?.chunkStarts);
  const whole: WholeDocument[] = [];
  const lost: string[] = [];
  let next = 0;
  for (let i = 0; i < entry.documents; i++) {
    const line = parsed(lines[i]);
    const first = places?.firstChunks[i] ?? next;
    next = first + (line?.chunks ?? 0);
    const own = chunkLines.slice(first, next);
    if (entry.removed.includes(i)) {
      continue;
    }
    if (line !== undefined && checkedLine(line, own).check === line.check) {
      whole.push({ line, chunkLines: own, first });
    } else {
      lost.push(line?.id ?? `document ${i + 1} of ${entry.name}`);
    }
  }
  return { whole, lost };
}

async function placesOf(path: string) {
  const tables = await openTensors(join(path, segmentFiles.tables));
  return {
    lineStarts: tables.get('documents.starts', 'F64'),
    firstChunks: tables.get('documents.chunks', 'F64'),
    chunkStarts: tables.get('chunks.starts', 'F64'),
  };
}

/** Splits a file into lines, with their line breaks: where they are known to begin, else at line breaks. */
function linesAt(bytes: Buffer, starts: Float64Array | undefined): Buffer[] {
  if (starts !== undefined) {
    return Array.from({ length: starts.length - 1 }, (_, i) => bytes.subarray(starts[i], starts[i + 1]));
  }
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

function parsed(line: Buffer | undefined): DocumentLine | undefined {
  try {
    const value = JSON.parse(line?.toString() ?? '') as DocumentLine;
    const isLine = typeof value?.id === 'string' && Number.isSafeInteger(value.chunks) && value.chunks >= 0;
    return isLine ? value : undefined;
  } catch {
    return undefined;
  }
}

async function storedVectors(path: string): Promise<Float32Array> {
  return (await openTensors(join(path, segmentFiles.vectors))).get('vectors', 'F32');
}

function keptVectors(stored: Float32Array, whole: readonly WholeDocument[], columns: number): Matrix {
  const rows = whole.reduce((sum, { chunkLines }) => sum + chunkLines.length, 0);
  const data = new Float32Array(rows * columns);
  let at = 0;
  for (const { first, chunkLines } of whole) {
    const part = stored.subarray(first * columns, (first + chunkLines.length) * columns);
    data.set(part, at);
    at += part.length;
  }
  return { data, rows, columns };
}
