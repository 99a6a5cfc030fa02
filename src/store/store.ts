import type { Chunk, Metadata } from '../documents/index.js';
import type { Matrix } from '../numbers/index.js';
import type { Filter } from './filter/filter.js';
import type { IndexManifest, VectorKinds } from './manifest.js';

/** A document that comes into a store. */
export interface NewDocument {
  readonly id: string;
  /** Of its content: the same hash stands for the same chunks. */
  readonly hash: string;
  /** Metadata of the document, which filters read. */
  readonly metadata: Metadata;
  /** Its chunks, in their order. */
  readonly chunks: readonly Chunk[];
  /** [chunks × dimensions] of length 1, or 0. */
  readonly vectors: Matrix;
}

/** What happens in one step: nobody ever sees a part of it. */
export interface StoreChange {
  /** Ids of documents that go. Those that are not there are passed over. */
  readonly remove: readonly string[];
  /** Documents that come, each in the place of the one with the same id. */
  readonly add: readonly NewDocument[];
}

/** A chunk that was found. */
export interface Hit {
  /** What the store knows the chunk by, until it changes next. */
  readonly ref: string;
  /** Cosine, or BM25. */
  readonly score: number;
}

export interface HitQuery {
  /** So many hits at most. */
  readonly top: number;
  /** Which documents are looked at: it counts before `top` does. */
  readonly filter?: Filter;
}

export interface VectorQuery extends HitQuery {
  /** [dimensions] of length 1. */
  readonly vector: Float32Array;
  /**
   * How the first pass over quantized vectors is made good by their float32: `exact` looks at every chunk that could belong to the
   * nearest; a number at so many times `top`, which an approximate index may choose.
   */
  readonly rescore: 'exact' | number;
}

export interface TextQuery extends HitQuery {
  readonly text: string;
}

/** A chunk as the store gives it back. */
export interface StoredChunk extends Chunk {
  /** "docs/start.md#3": document and place in it. It stays the same as long as the document does. */
  readonly id: string;
  /** Id of its document. */
  readonly document: string;
  /** Metadata of its document. */
  readonly metadata: Metadata;
}

/** How much a store holds. */
export interface StoreFacts {
  /** Number of documents. */
  readonly documents: number;
  /** Number of chunks. */
  readonly chunks: number;
  /** What it takes on disk, where that is known. */
  readonly bytes?: number;
}

/**
 * Where documents, chunks and vectors are kept. Every store passes the same tests (`test/store/`).
 *
 * What `apply` and `writeManifest` have returned from is there after a crash; what they have not is there as a whole or not at all.
 */
export interface Store {
  /** The kinds of vectors that it can keep. */
  readonly kinds: VectorKinds;
  /** Reads the manifest; undefined for a store that is still empty. */
  readManifest(): Promise<IndexManifest | undefined>;
  /** Replaces the manifest. */
  writeManifest(manifest: IndexManifest): Promise<void>;
  /** Returns the content hashes of all documents by their ids. */
  hashes(): Promise<ReadonlyMap<string, string>>;
  /** Removes and adds documents: all of the change, or nothing. */
  apply(change: StoreChange): Promise<void>;
  /** Finds the nearest chunks by their vectors, best first. */
  nearest(query: VectorQuery): Promise<readonly Hit[]>;
  /**
   * Finds the chunks that match words best, by BM25 or something close to it, best first. A chunk without any of the
   * words is not a hit.
   */
  matching(query: TextQuery): Promise<readonly Hit[]>;
  /** Returns chunks in the order of the refs; undefined for a chunk that another process has removed meanwhile. */
  chunks(refs: readonly string[]): Promise<readonly (StoredChunk | undefined)[]>;
  /** Returns vectors in the order of the refs, [refs × dimensions]; zeros for a chunk that is gone. */
  vectors(refs: readonly string[]): Promise<Matrix>;
  /** Returns all chunks of a document in their order; none for a document that does not exist. */
  document(id: string): Promise<readonly StoredChunk[]>;
  /** Counts documents, chunks and bytes. */
  facts(): Promise<StoreFacts>;
  /** Waits for changes that are under way, and frees everything. */
  close(): Promise<void>;
}
