import type { TaskComparison } from '../../tasks/index.js';
import type { Way } from './ways.js';

/** What one way to answer is worth, and what it costs. */
export interface WayResult extends Way {
  /** Means over the questions: `ndcg@10`, `recall@10`, `mrr@10`, `recall@100`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Against the first way, metric by metric, with intervals of a paired bootstrap; none for the first itself. */
  readonly comparisons: readonly TaskComparison[];
  /** Milliseconds of a search for ten documents, the question's embedding not counted. */
  readonly searchMs: { readonly p50: number; readonly p99: number };
  /** Bytes that the first pass over vectors reads. */
  readonly scannedBytes: number;
}

/** What answers from an index are worth. */
export interface IndexEvaluation {
  readonly documents: number;
  readonly passages: number;
  readonly questions: number;
  /** The model that the index was made with, and the variant that was tried. */
  readonly model: string;
  readonly variant?: string;
  /** Milliseconds to embed a question, by the index's own model and by the variant. */
  readonly questionMs: Readonly<Partial<Record<'own' | 'variant', { readonly p50: number; readonly p99: number }>>>;
  readonly ways: readonly WayResult[];
  /** What is to be said of the data. */
  readonly notes: readonly string[];
}
