import { type Chunk, textOfChunk } from '../../documents/index.js';
import type { Matrix } from '../../numbers/index.js';
import type { IndexManifest } from '../manifest.js';
import { indexWords } from '../text/word-index.js';
import type { LiveSegment } from './find-chunks.js';
import type { SegmentEntry } from './segment-list.js';
import { writeSegment } from './write-segment.js';

/** So many segments of about the same size become one. */
const segmentsOfASize = 8;
/** No segment grows beyond this: merging takes memory and time. */
const mostChunks = 2 ** 18;
/** A segment that has lost such a share is written anew. */
const mostGone = 0.4;

/** Segments that are better written anew as one; none if all is well. */
export function segmentsToMerge(segments: readonly LiveSegment[]): readonly LiveSegment[] {
  const hollow = segments.find(
    (live) => live.removed.size > 0 && liveChunks(live) <= live.segment.chunks * (1 - mostGone),
  );
  if (hollow !== undefined) {
    return [hollow];
  }
  const sizes = new Map<number, LiveSegment[]>();
  for (const live of segments) {
    const size = Math.floor(Math.log2(Math.max(1, liveChunks(live) / 64)) / 3);
    sizes.set(size, [...(sizes.get(size) ?? []), live]);
  }
  for (const alike of sizes.values()) {
    const total = alike.reduce((sum, live) => sum + liveChunks(live), 0);
    if (alike.length >= segmentsOfASize && total <= mostChunks) {
      return alike;
    }
  }
  return [];
}

function liveChunks({ segment, removed }: LiveSegment): number {
  let gone = 0;
  for (const i of removed) {
    gone += segment.firstChunk(i + 1) - segment.firstChunk(i);
  }
  return segment.chunks - gone;
}

/** Runs of documents that are still there, as [first, end) of their numbers. */
function liveRuns({ segment, removed }: LiveSegment): [number, number][] {
  const runs: [number, number][] = [];
  for (let i = 0; i < segment.documents; i++) {
    const last = runs.at(-1);
    if (removed.has(i)) {
      continue;
    }
    if (last?.[1] === i) {
      last[1]++;
    } else {
      runs.push([i, i + 1]);
    }
  }
  return runs;
}

/**
 * Writes what is left of segments into one.
 *
 * @returns its entry; none where nothing is left
 */
export async function mergeSegments(
  folder: string,
  name: string,
  segments: readonly LiveSegment[],
  { model, vectors }: IndexManifest,
): Promise<SegmentEntry[]> {
  const runs = segments.flatMap((live) => liveRuns(live).map((run) => ({ segment: live.segment, run })));
  const documents = runs.flatMap(({ segment, run: [from, to] }) => segment.allDocuments().slice(from, to));
  if (documents.length === 0) {
    return [];
  }
  const lines = async function* () {
    for (const { segment, run } of runs) {
      const [from, to] = run.map((i) => segment.firstChunk(i));
      for (let chunk = from; chunk < to; chunk += linesAtOnce) {
        yield* linesOf(await segment.chunkLines(chunk, Math.min(to, chunk + linesAtOnce)));
      }
    }
  };
  const texts: string[] = [];
  for await (const line of lines()) {
    texts.push(textOfChunk(JSON.parse(line.toString()) as Chunk));
  }
  const content = {
    documents,
    chunkLines: lines,
    vectors: () => runs.map(({ segment, run }) => vectorsOf(segment, run)),
    dimensions: model.dimensions,
    words: indexWords(texts),
  };
  return [await writeSegment(folder, name, content, vectors)];
}

const linesAtOnce = 1024;

function* linesOf(bytes: Buffer): Generator<Buffer, void, undefined> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start) + 1;
    yield bytes.subarray(start, end);
    start = end;
  }
}

function vectorsOf(segment: LiveSegment['segment'], [from, to]: readonly [number, number]): Matrix {
  const { columns, data } = segment.vectors;
  const [first, end] = [segment.firstChunk(from), segment.firstChunk(to)];
  return { data: data.subarray(first * columns, end * columns), rows: end - first, columns };
}
