import type { Metadata, Place } from '../documents/index.js';

/** A chunk that answers a question. */
export interface SearchResult extends Place {
  /** "docs/start.md#3": document and place in it. */
  readonly id: string;
  /** Id of its document. */
  readonly document: string;
  /** Text of the chunk. */
  readonly text: string;
  /** By mode: the cosine, BM25, or for `hybrid` the sum of 1 / (60 + rank) of both lists; with `rerank` the cross-encoder's. */
  readonly score: number;
  /** Metadata of its document. */
  readonly metadata: Metadata;
  /** How the score came about; only with `explain`. */
  readonly explanation?: Explanation;
}

/** How a result's score came about. */
export interface Explanation {
  /** Its place by meaning, from 1 on, and the cosine; missing where it is not among the nearest. */
  readonly vector?: { readonly rank: number; readonly cosine: number };
  /** Its place by words, from 1 on, the score and the words that it holds; missing where it is not among the best. */
  readonly text?: { readonly rank: number; readonly bm25: number; readonly words: readonly string[] };
  /** Its place before diversity or a cross-encoder changed the order. */
  readonly rank: number;
}
