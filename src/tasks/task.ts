import type { TaskOptions } from '../base/index.js';
import type { Matrix } from '../numbers/index.js';

/** What texts are embedded for; decides the prompt. */
export type TextRole = 'query' | 'document';

/** A document of a corpus. */
export interface CorpusDocument {
  readonly id: string;
  /** Title and text, as BEIR joins them. */
  readonly text: string;
}

/** Documents that need not fit into memory. */
export interface Corpus {
  readonly count: number;
  /** Reads the documents from the first to the last, each time it is called. */
  read(): AsyncIterable<CorpusDocument> | Iterable<CorpusDocument>;
}

/** Semantic textual similarity: how well cosines order pairs as people do. */
export interface StsTask {
  readonly kind: 'sts';
  readonly name: string;
  readonly pairs: readonly { readonly first: string; readonly second: string; readonly score: number }[];
}

/** Do pairs belong together? label 1: yes, 0: no. */
export interface PairClassificationTask {
  readonly kind: 'pair-classification';
  readonly name: string;
  readonly pairs: readonly { readonly first: string; readonly second: string; readonly label: 0 | 1 }[];
}

/** Finding the relevant documents of a corpus. Only queries with judgements count. */
export interface RetrievalTask {
  readonly kind: 'retrieval';
  readonly name: string;
  readonly corpus: Corpus;
  readonly queries: readonly { readonly id: string; readonly text: string }[];
  /** Grades by query id and document id. */
  readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** A document with the id of a query is left out of that query's ranking: where queries are documents themselves. */
  readonly ignoreIdenticalIds?: boolean;
  /** What is wrong with the data, and lets figures be compared with each other, but not with published ones. */
  readonly notes?: readonly string[];
}

/** Ordering a query's own candidates. */
export interface RerankingTask {
  readonly kind: 'reranking';
  readonly name: string;
  readonly queries: readonly {
    readonly text: string;
    readonly positive: readonly string[];
    readonly negative: readonly string[];
  }[];
}

export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

/** A classifier on the vectors of a few examples of each label. */
export interface ClassificationTask {
  readonly kind: 'classification';
  readonly name: string;
  readonly train: readonly LabelledText[];
  readonly test: readonly LabelledText[];
  /** How many the classifier learns from; eight by default. */
  readonly examplesPerLabel?: number;
}

/** Heaps of vectors against labels. Each set of texts is clustered for itself. */
export interface ClusteringTask {
  readonly kind: 'clustering';
  readonly name: string;
  readonly sets: readonly (readonly LabelledText[])[];
}

/** A task of any kind, with its data. */
export type Task =
  | StsTask
  | PairClassificationTask
  | RetrievalTask
  | RerankingTask
  | ClassificationTask
  | ClusteringTask;

export type TaskKind = Task['kind'];

/** Turns the texts of a task into vectors, in their order: [texts × width]. */
export type EmbedTexts = (
  texts: readonly string[],
  use: { readonly task: string; readonly kind: TaskKind; readonly role?: TextRole },
  options?: TaskOptions,
) => Promise<Matrix>;
