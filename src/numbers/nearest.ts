/** The k best-scored candidates of every query, kept up to date while scores come in. */
export interface NearestLists {
  readonly k: number;
  /** [queries × k], best first; -1 where there are fewer than k. */
  readonly indices: Int32Array;
  /** [queries × k], of the same places. */
  readonly scores: Float64Array;
}

export function emptyNearestLists(queries: number, k: number): NearestLists {
  return {
    k,
    indices: new Int32Array(queries * k).fill(-1),
    scores: new Float64Array(queries * k).fill(Number.NEGATIVE_INFINITY),
  };
}

/** Offers a candidate to a query's list. Of equal scores the one offered first stays in front; NaN is never taken. */
export function offer(lists: NearestLists, query: number, candidate: number, score: number): void {
  const { k, indices, scores } = lists;
  const first = query * k;
  let place = first + k - 1;
  if (!(score > scores[place])) {
    return;
  }
  for (; place > first && score > scores[place - 1]; place--) {
    scores[place] = scores[place - 1];
    indices[place] = indices[place - 1];
  }
  scores[place] = score;
  indices[place] = candidate;
}

/** Returns the candidates of one query, best first. */
export function nearestOf(lists: NearestLists, query: number): Int32Array {
  const all = lists.indices.subarray(query * lists.k, (query + 1) * lists.k);
  const end = all.indexOf(-1);
  return end < 0 ? all : all.subarray(0, end);
}

/** Returns the share of queries whose nearest candidate is the same in both lists. */
export function topOneAgreement(a: NearestLists, b: NearestLists): number {
  const queries = a.indices.length / a.k;
  let same = 0;
  for (let query = 0; query < queries; query++) {
    const nearest = a.indices[query * a.k];
    same += nearest >= 0 && nearest === b.indices[query * b.k] ? 1 : 0;
  }
  return same / queries;
}

/** Returns the mean share of a query's k nearest candidates in `a` that are among its k nearest in `b`, too. */
export function topKOverlap(a: NearestLists, b: NearestLists): number {
  const queries = a.indices.length / a.k;
  let shared = 0;
  for (let query = 0; query < queries; query++) {
    const others = new Set(nearestOf(b, query));
    for (const candidate of nearestOf(a, query)) {
      shared += others.has(candidate) ? 1 : 0;
    }
  }
  return shared / (queries * a.k);
}
