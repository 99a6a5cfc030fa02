import { resolve } from 'node:path';
import { checkOptions, checkTaskOptions, type Location, OctavecError, type TaskOptions } from '../base/index.js';
import {
  checkRoot,
  type DocumentRoot,
  type DocumentSource,
  type Metadata,
  metadataOf,
  parsedText,
  type SkippedFile,
  watchFiles,
} from '../documents/index.js';

import type { IndexManifest, Store, StoredChunk, StoreFacts } from '../store/index.js';
import { contextOf, type SearchContext } from './context.js';
import { HeldModel } from './held-model.js';
import {
  type ContextOptions,
  checkIds,
  contextOptionChecks,
  type IndexOptions,
  indexOptionChecks,
  type SearchOptions,
  searchOptionChecks,
  type UpdateOptions,
  updateOptionChecks,
} from './index-options.js';
import { type IngestCounts, ingest, tokenCounter } from './ingest.js';
import { lastingPath } from './lasting-path.js';
import { checkKind, checkSettings, newManifest } from './new-manifest.js';
import { placeOf } from './open-store.js';
import { runSearch } from './run-search.js';
import type { SearchResult } from './search-result.js';
import { documentsBelow, goneDocuments, presentSources, rootsOf } from './update-files.js';

/** A document that comes from a program rather than from a file. */
export interface IndexDocument {
  /** Id of the document, which replaces one with the same id. */
  readonly id: string;
  /** Text of the document. */
  readonly text: string;
  /** What filters can ask for, and what results show; a `title` is searched, too. */
  readonly metadata?: Metadata;
}

/** What an update did. */
export interface UpdateOutcome extends IngestCounts {
  /** Files and documents that were passed over, and why. */
  readonly skipped: readonly SkippedFile[];
}

/**
 * Documents that answer questions: cut into chunks, embedded, and kept with a full-text index. One process at a time can change an
 * index, and as many as like can search it meanwhile.
 *
 * @example
 * ```ts
 * await using index = await Index.open('docs.index', { model: 'minilm' });
 * await index.update(['docs']);
 * for (const { document, text, score } of await index.search('How do I install it?', { top: 3 })) {
 *   console.log(score, document, text);
 * }
 * ```
 */
export class Index implements AsyncDisposable {
  /** Where it is: a folder, or an address without its password. */
  readonly path: string;
  readonly #folder: string | undefined;
  readonly #store: Store;
  readonly #options: IndexOptions;
  readonly #model: HeldModel;
  #closing: Promise<void> | undefined;

  private constructor(path: string, folder: string | undefined, store: Store, options: IndexOptions) {
    this.path = path;
    this.#folder = folder;
    this.#store = store;
    this.#options = options;
    this.#model = new HeldModel(path, options, folder);
  }

  /**
   * Opens an index. One that does not exist yet is made when the first documents come. Its model is loaded when it is needed.
   *
   * @param location its folder, `postgres://user@host/database?index=name`, or `lancedb:folder`
   * @throws INDEX_DAMAGED, INDEX_OTHER_SETTINGS, FILE_NOT_READABLE, STORE_FAILED, PACKAGE_MISSING, USAGE
   */
  static async open(location: Location, options: IndexOptions = {}): Promise<Index> {
    checkOptions(options, indexOptionChecks);
    const place = placeOf(location);
    const store = options.store ?? (await place.open());
    const path = place.shown;
    try {
      checkKind(store, options.vectors);
      const manifest = await store.readManifest();
      if (manifest !== undefined) {
        checkSettings(path, manifest, options);
      }
      return new Index(path, place.kind === 'folder' ? path : undefined, store, options);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /**
   * Returns what the index says of itself: model, chunking, kind of vectors, sources and where they are now; undefined
   * before the first documents.
   *
   * @throws INDEX_DAMAGED, FILE_NOT_READABLE; STORE_FAILED from a database
   */
  async manifest(): Promise<IndexManifest | undefined> {
    const manifest = await this.#store.readManifest();
    return manifest && { ...manifest, sources: presentSources(manifest.sources, this.#folder) };
  }

  /**
   * Adds documents, or puts them in the place of those with the same ids. A document whose content is there already costs nothing.
   *
   * @throws INDEX_OTHER_MODEL, OUTPUT_BUSY, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED, and what loading and embedding throw
   * @example
   * ```ts
   * await index.add([{ id: 'a', text: 'Deep learning uses neural networks.', metadata: { year: 2024 } }]);
   * ```
   */
  async add(
    documents: Iterable<IndexDocument> | AsyncIterable<IndexDocument>,
    options: TaskOptions = {},
  ): Promise<UpdateOutcome> {
    checkOptions(options, checkTaskOptions);
    const { outcome } = await this.#ingest(asSources(documents), options);
    return outcome;
  }

  /**
   * Brings the index into step with files and folders: new and changed documents are embedded, those that are gone are taken out,
   * and what has not changed costs nothing.
   *
   * @param paths by default all that it was made of
   * @throws FILE_NOT_FOUND, and as {@link add}
   */
  async update(paths: readonly string[] = [], options: UpdateOptions = {}): Promise<UpdateOutcome> {
    checkOptions(options, updateOptionChecks);
    checkIds('paths', paths);
    const known = (await this.manifest())?.sources ?? [];
    const roots = rootsOf(paths, known);
    // Before anything is loaded or written.
    await Promise.all(roots.map(checkRoot));
    const skipped: SkippedFile[] = [];
    const onSkipped = (file: SkippedFile) => {
      skipped.push(file);
      options.onSkipped?.(file);
    };
    const documents = documentsBelow(roots, options, onSkipped);
    const { outcome, seen } = await this.#ingest(documents, options, onSkipped);
    const gone = goneDocuments((await this.#store.hashes()).keys(), roots, seen, skipped);
    if (gone.length > 0) {
      await this.#store.apply({ remove: gone, add: [] });
    }
    const manifest = await this.#written();
    const sources = new Map(
      [...manifest.sources, ...roots.map((root) => this.#source(root))].map((one) => [one.name, one]),
    );
    if (JSON.stringify([...sources.values()]) !== JSON.stringify(manifest.sources)) {
      await this.#store.writeManifest({ ...manifest, sources: [...sources.values()] });
    }
    return { ...outcome, removed: gone.length, skipped };
  }

  /**
   * Updates the index each time that something below its files and folders changes, until the signal is aborted. The first update is
   * made at once.
   *
   * @param paths by default all that it was made of
   * @throws as {@link update}, except CANCELLED
   * @example
   * ```ts
   * for await (const { added, updated, removed } of index.watch(['docs'], { signal })) console.log(added, updated, removed);
   * ```
   */
  async *watch(
    paths: readonly string[],
    options: UpdateOptions & { readonly signal: AbortSignal },
  ): AsyncGenerator<UpdateOutcome, void, undefined> {
    const { signal } = options;
    yield await this.update(paths, options);
    const roots = rootsOf(paths, (await this.manifest())?.sources ?? []);
    for await (const _ of watchFiles(roots, signal, this.#folder && resolve(this.#folder))) {
      yield await this.update(paths, options);
    }
  }

  /**
   * Takes documents out.
   *
   * @returns how many of them were there
   * @throws INDEX_NOT_FOUND, INDEX_DAMAGED, OUTPUT_BUSY, OUTPUT_NOT_WRITABLE, DISK_FULL, USAGE; STORE_FAILED from a database
   */
  async remove(ids: readonly string[]): Promise<number> {
    checkIds('ids', ids);
    await this.#written();
    const hashes = await this.#store.hashes();
    const there = [...new Set(ids)].filter((id) => hashes.has(id));
    await this.#store.apply({ remove: there, add: [] });
    return there.length;
  }

  /**
   * Finds the chunks that answer a question best, the best first.
   *
   * @throws INDEX_NOT_FOUND, INDEX_OTHER_MODEL, INDEX_DAMAGED, FILTER_INVALID, USAGE, CANCELLED, and what loading and embedding throw
   * @example
   * ```ts
   * const results = await index.search('Who wrote it?', { top: 5, filter: 'lang = "en" and year >= 2020' });
   * ```
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchResult[]> {
    checkOptions(options, searchOptionChecks);
    return this.#search(query, options);
  }

  /**
   * Yields results without an end: more are searched for as they are taken.
   *
   * @throws as {@link search}
   * @example
   * ```ts
   * for await (const result of index.stream('neural networks')) {
   *   if (!(await isEnough(result))) break;
   * }
   * ```
   */
  async *stream(
    query: string,
    options: Omit<SearchOptions, 'top'> = {},
  ): AsyncGenerator<SearchResult, void, undefined> {
    checkOptions<SearchOptions>(options, searchOptionChecks);
    const given = new Set<string>();
    for (let top = 16; ; top *= 4) {
      const results = await this.#search(query, { ...options, top });
      for (const result of results.filter(({ id }) => !given.has(id))) {
        given.add(result.id);
        yield result;
      }
      if (results.length < top) {
        return;
      }
    }
  }

  /**
   * Finds results for a prompt: as many texts as fit into a number of tokens, each below its source.
   *
   * @throws as {@link search}
   * @example
   * ```ts
   * const { text, sources } = await index.context('How do I install it?', { tokens: 2000 });
   * const prompt = `Answer from these sources:\n\n${text}\n\nQuestion: …`;
   * ```
   */
  async context(query: string, options: ContextOptions = {}): Promise<SearchContext> {
    checkOptions(options, contextOptionChecks);
    const { tokens = 2000, ...rest } = options;
    const results = await this.#search(query, { top: Math.max(1, Math.ceil(tokens / 50)), ...rest });
    const embedder = await this.#model.asked(await this.#written());
    return contextOf(results, tokens, tokenCounter(embedder));
  }

  /**
   * Returns all chunks of a document in their order; none for a document that is not there.
   *
   * @throws INDEX_DAMAGED, FILE_NOT_READABLE; STORE_FAILED from a database
   */
  document(id: string): Promise<readonly StoredChunk[]> {
    return this.#store.document(id);
  }

  /**
   * Counts documents and chunks, and the bytes that they take on disk.
   *
   * @throws INDEX_DAMAGED, FILE_NOT_READABLE; STORE_FAILED from a database
   */
  facts(): Promise<StoreFacts> {
    return this.#store.facts();
  }

  /** Waits for changes that are under way, then frees everything that the index itself has opened. */
  close(): Promise<void> {
    this.#closing ??= Promise.all([this.#store.close(), this.#model.close()]).then(() => undefined);
    return this.#closing;
  }

  /** Calls {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #search(query: string, options: SearchOptions): Promise<SearchResult[]> {
    if (typeof query !== 'string' || query.trim() === '') {
      throw new OctavecError('USAGE', { problem: 'The question is empty' });
    }
    const manifest = await this.#written();
    const embedQuery = () => this.#model.embedQuery(manifest, query, options.signal);
    return runSearch(this.#store, manifest, query, embedQuery, options);
  }

  async #written(): Promise<IndexManifest> {
    const manifest = await this.#store.readManifest();
    if (manifest === undefined) {
      throw new OctavecError('INDEX_NOT_FOUND', { path: this.path });
    }
    return manifest;
  }

  async #ingest(
    documents: Parameters<typeof ingest>[0],
    options: TaskOptions,
    tell: (file: SkippedFile) => void = () => undefined,
  ): Promise<{ readonly outcome: UpdateOutcome; readonly seen: ReadonlySet<string> }> {
    const skipped: SkippedFile[] = [];
    const onSkipped = (file: SkippedFile) => {
      skipped.push(file);
      tell(file);
    };
    const manifest = (await this.#store.readManifest()) ?? (await this.#begin());
    const embedder = await this.#model.embedding(manifest);
    const { counts, seen } = await ingest(documents, { store: this.#store, embedder, manifest, onSkipped }, options);
    return { outcome: { ...counts, skipped }, seen };
  }

  #source({ name, path }: DocumentRoot): IndexManifest['sources'][number] {
    return { name, ...lastingPath(path, this.#folder) };
  }

  async #begin(): Promise<IndexManifest> {
    const manifest = await newManifest(this.#model, this.#store, this.#options);
    await this.#store.writeManifest(manifest);
    return manifest;
  }
}

async function* asSources(
  documents: Iterable<IndexDocument> | AsyncIterable<IndexDocument>,
): AsyncGenerator<DocumentSource, void, undefined> {
  for await (const document of documents) {
    const { id, text, metadata = {} } = document;
    if (typeof id !== 'string' || id === '' || typeof text !== 'string') {
      throw new OctavecError('USAGE', { problem: 'A document needs an "id" and a "text", both strings' });
    }
    const known = metadataOf(metadata);
    yield { id, content: JSON.stringify([text, known]), parse: async () => parsedText(text, known) };
  }
}
