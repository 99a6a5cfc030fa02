import type { ScanLimits, ScannedRows, ScanQuery, ScanRows } from './scan-request.js';

/** Scans rows in plain JavaScript, where there is no native scan. */
export function scanPlainly(rows: ScanRows, query: ScanQuery, limits: ScanLimits): ScannedRows {
  return chooseRows(scoresOf(rows, query), limits);
}

/**
 * Chooses the rows with the best scores.
 *
 * @param scores [rows]; those of rows that are not allowed are overwritten
 */
export function chooseRows(scores: Float32Array, { top, margin, allowed }: ScanLimits): ScannedRows {
  if (allowed !== undefined) {
    for (let row = 0; row < scores.length; row++) {
      scores[row] = allowed[row] === 1 ? scores[row] : Number.NEGATIVE_INFINITY;
    }
  }
  const threshold = Math.max(lastOfTop(scores, top) - margin, -Number.MAX_VALUE);
  const found: number[] = [];
  for (let row = 0; row < scores.length; row++) {
    if (scores[row] >= threshold) {
      found.push(row);
    }
  }
  return { rows: Uint32Array.from(found), scores: Float32Array.from(found, (row) => scores[row]) };
}

/** Returns the score of the last of the best; -∞ if there are fewer. */
function lastOfTop(scores: Float32Array, top: number): number {
  if (scores.length <= top) {
    return Number.NEGATIVE_INFINITY;
  }
  // A heap with the least on top.
  const heap = new Float32Array(top).fill(Number.NEGATIVE_INFINITY);
  for (const score of scores) {
    if (!(score > heap[0])) {
      continue;
    }
    let place = 0;
    for (let child = 1; child < top; child = 2 * place + 1) {
      const least = child + 1 < top && heap[child + 1] < heap[child] ? child + 1 : child;
      if (heap[least] >= score) {
        break;
      }
      heap[place] = heap[least];
      place = least;
    }
    heap[place] = score;
  }
  return heap[0];
}

function scoresOf(rows: ScanRows, query: ScanQuery): Float32Array {
  if (rows.kind === 'binary' && query.kind === 'binary') {
    return signScores(rows.data, rows.columns, query.data);
  }
  const { columns } = rows;
  const scores = new Float32Array(rows.data.length / columns);
  for (let row = 0; row < scores.length; row++) {
    scores[row] = product(rows.data as Float32Array, row * columns, query.data as Float32Array);
  }
  if (rows.kind === 'int8' && query.kind === 'int8') {
    for (let row = 0; row < scores.length; row++) {
      scores[row] *= rows.scales[row] * query.scale;
    }
  }
  return scores;
}

function product(data: Float32Array, start: number, query: Float32Array): number {
  let a = 0;
  let b = 0;
  const { length } = query;
  let i = 0;
  for (; i + 1 < length; i += 2) {
    a += data[start + i] * query[i];
    b += data[start + i + 1] * query[i + 1];
  }
  return i < length ? a + b + data[start + i] * query[i] : a + b;
}

const bitCounts = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

function signScores(data: Uint8Array, columns: number, query: Uint8Array): Float32Array {
  const bytes = query.length;
  const scores = new Float32Array(data.length / bytes);
  for (let row = 0; row < scores.length; row++) {
    let different = 0;
    for (let i = 0; i < bytes; i++) {
      different += bitCounts[data[row * bytes + i] ^ query[i]];
    }
    scores[row] = 1 - (2 * different) / columns;
  }
  return scores;
}
