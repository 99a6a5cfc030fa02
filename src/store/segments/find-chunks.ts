import { dot, signBits } from '../../numbers/index.js';
import type { Filter } from '../filter/filter.js';
import { filterTest } from '../filter/matches.js';
import { int8Rows } from '../scan/codes.js';
import { scanRows } from '../scan/scan.js';
import { chooseRows } from '../scan/scan-plain.js';
import type { ScanQuery } from '../scan/scan-request.js';
import type { HitQuery, TextQuery, VectorQuery } from '../store.js';
import { addScores, wordStatistics } from '../text/bm25.js';
import { wordsOf } from '../text/words.js';
import type { Segment } from './open-segment.js';

/** A segment with what is gone from it. */
export interface LiveSegment {
  readonly segment: Segment;
  /** Numbers of documents that are there no more. */
  readonly removed: ReadonlySet<number>;
}

/** A chunk that was found. */
export interface FoundChunk {
  readonly segment: Segment;
  readonly chunk: number;
  readonly score: number;
}

/** Finds the nearest chunks of all segments, best first. */
export async function nearestChunks(segments: readonly LiveSegment[], query: VectorQuery): Promise<FoundChunk[]> {
  const { vector, top, rescore } = query;
  const found: FoundChunk[] = [];
  for (const live of segments) {
    const { segment } = live;
    const rows = scanRowsOf(segment, rescore);
    const { form, error } = queryFor(rows.kind, vector);
    // A row is off by its own codes and by those of the vector, on both sides of the limit.
    const margin = rows.kind === 'int8' && rescore === 'exact' ? 2 * (segment.error + error * (1 + segment.error)) : 0;
    const wanted = rescore === 'exact' ? top : Math.ceil(top * rescore);
    const scanned = await scanRows(rows, form, { top: wanted, margin, allowed: allowedChunks(live, query.filter) });
    for (const chunk of scanned.rows) {
      found.push({ segment, chunk, score: dot(segment.vector(chunk), vector) });
    }
  }
  return best(found, top);
}

/**
 * Returns what the first pass reads. Bits cannot tell which chunks could be among the nearest, so an exact search reads
 * all vectors.
 */
function scanRowsOf({ scanned, vectors }: Segment, rescore: VectorQuery['rescore']): Segment['scanned'] {
  return scanned.kind === 'binary' && rescore === 'exact'
    ? { kind: 'float32', data: vectors.data, columns: vectors.columns }
    : scanned;
}

function queryFor(kind: ScanQuery['kind'], vector: Float32Array): { form: ScanQuery; error: number } {
  const matrix = { data: vector, rows: 1, columns: vector.length };
  if (kind === 'int8') {
    const { codes, scales, error } = int8Rows(matrix);
    return { form: { kind, data: codes, scale: scales[0] }, error };
  }
  return { form: { kind, data: kind === 'binary' ? signBits(matrix) : vector } as ScanQuery, error: 0 };
}

/** Finds the chunks of all segments that match words best, best first. */
export function matchingChunks(segments: readonly LiveSegment[], query: TextQuery): FoundChunk[] {
  const words = [...new Set(wordsOf(query.text))];
  const statistics = wordStatistics(
    segments.map(({ segment }) => segment.words),
    words,
  );
  const found: FoundChunk[] = [];
  for (const live of segments) {
    const { segment } = live;
    const allowed = allowedChunks(live, query.filter);
    const scores = new Float32Array(segment.chunks);
    addScores(segment.words, words, statistics, scores);
    const scanned = chooseRows(scores, { top: query.top, margin: 0, allowed });
    for (const [i, chunk] of scanned.rows.entries()) {
      if (scanned.scores[i] > 0) {
        found.push({ segment, chunk, score: scanned.scores[i] });
      }
    }
  }
  return best(found, query.top);
}

function best(found: FoundChunk[], top: number): FoundChunk[] {
  // Of equal scores the chunk that was stored first is the first.
  return found.sort((a, b) => b.score - a.score).slice(0, top);
}

/** What passes the last filter of a segment: a search by vectors and words asks twice, and the next page again. */
const lastAllowed = new WeakMap<LiveSegment, { readonly key: string; readonly allowed: Uint8Array }>();

/** Marks the chunks that may be found with 1: [chunks]; undefined if all may. */
export function allowedChunks(live: LiveSegment, filter: HitQuery['filter']): Uint8Array | undefined {
  if (filter === undefined && live.removed.size === 0) {
    return undefined;
  }
  const key = filter === undefined ? '' : JSON.stringify(filter);
  const last = lastAllowed.get(live);
  if (last?.key === key) {
    return last.allowed;
  }
  const allowed = passing(live, filter);
  lastAllowed.set(live, { key, allowed });
  return allowed;
}

function passing({ segment, removed }: LiveSegment, filter: Filter | undefined): Uint8Array {
  const passes = filter && filterTest(filter);
  const documents = passes && segment.allDocuments();
  const allowed = new Uint8Array(segment.chunks);
  for (let i = 0; i < segment.documents; i++) {
    if (!removed.has(i) && (documents === undefined || passes?.(documents[i].id, documents[i].metadata))) {
      allowed.fill(1, segment.firstChunk(i), segment.firstChunk(i + 1));
    }
  }
  return allowed;
}
