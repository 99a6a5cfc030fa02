import type { Hit } from '../store/index.js';

/** A chunk in one list or in both. */
export interface FusedHit extends Hit {
  readonly vector?: RankedScore;
  readonly text?: RankedScore;
}

interface RankedScore {
  /** From 1 on. */
  readonly rank: number;
  readonly score: number;
}

/** How soon the places of a list cease to matter (Cormack et al. 2009). */
const smoothing = 60;

/**
 * Fuses lists by reciprocal rank: a list gives its hit at rank r the score 1 / (60 + r). The lists' own scores, which
 * do not compare, are not used. A list alone keeps its own scores.
 */
export function fuse(vector: readonly Hit[] | undefined, text: readonly Hit[] | undefined): FusedHit[] {
  const fused = new Map<string, FusedHit>();
  const isAlone = vector === undefined || text === undefined;
  for (const [name, hits] of Object.entries({ vector, text })) {
    for (const [i, { ref, score }] of (hits ?? []).entries()) {
      const before = fused.get(ref);
      const gain = isAlone ? score : 1 / (smoothing + i + 1);
      fused.set(ref, { ...before, ref, score: (before?.score ?? 0) + gain, [name]: { rank: i + 1, score } });
    }
  }
  // Of equal scores the nearer one first: the map has those of the vectors in front.
  return [...fused.values()].sort((a, b) => b.score - a.score);
}
