import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, OctavecError } from '../../base/index.js';
import { asOutputError, makeFolders, OwnedFile, removeFolders } from '../../files/index.js';
import type { Matrix } from '../../numbers/index.js';
import type { IndexManifest } from '../manifest.js';
import type {
  Hit,
  NewDocument,
  Store,
  StoreChange,
  StoredChunk,
  StoreFacts,
  TextQuery,
  VectorQuery,
} from '../store.js';
import { mergeSegments, segmentsToMerge } from './compact.js';
import { contentOf } from './content.js';
import { type FoundChunk, type LiveSegment, matchingChunks, nearestChunks } from './find-chunks.js';
import { Segment } from './open-segment.js';
import {
  listPath,
  lockPath,
  newSegmentName,
  readSegmentList,
  type SegmentEntry,
  type SegmentList,
  segmentsFolder,
  stampOf,
  withoutDocuments,
  writeSegmentList,
} from './segment-list.js';
import { hits, storedChunk } from './stored-chunk.js';
import { syncFolder } from './write-file.js';
import { writeSegment } from './write-segment.js';

/** Where a document is. */
interface DocumentPlace {
  readonly segment: string;
  readonly number: number;
}

/** Segments that were replaced stay open so long, for searches that still use them. */
const graceMs = 60_000;

/**
 * The store that needs nothing else: a folder of segments. A segment is written once and never changed; `index.json` says which
 * ones there are and is replaced as a whole. A process that only reads follows the changes of another that writes.
 */
export class SegmentStore implements Store {
  /** Bits have no bound of their error; docs/search.md says what 32 times as many bring. */
  readonly kinds = { int8: 'exact', binary: 32, float32: 'exact' } as const;
  readonly #folder: string;
  /** Whoever writes, from the first change on. */
  #owner: OwnedFile | undefined;
  #list: SegmentList | undefined;
  /** Of the file that the list was read from. */
  #stamp = '';
  #live: readonly LiveSegment[] = [];
  readonly #open = new Map<string, Segment>();
  readonly #retired = new Map<string, number>();
  /** Of a store that is written to. */
  #places: Map<string, DocumentPlace> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** The outermost of the folders that were made for it. */
  #madeFolder: string | undefined;
  #refreshing: Promise<void> | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens a store.
   *
   * @param folder the index; made with the first manifest if it is not there
   * @throws INDEX_DAMAGED, FILE_NOT_READABLE
   */
  static async open(folder: string): Promise<SegmentStore> {
    const store = new SegmentStore(folder);
    try {
      await store.#refresh();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async readManifest(): Promise<IndexManifest | undefined> {
    await this.#refresh();
    return this.#list?.manifest;
  }

  writeManifest(manifest: IndexManifest): Promise<void> {
    return this.#inTurn(() => this.#replace({ manifest, segments: this.#list?.segments ?? [] }));
  }

  async hashes(): Promise<ReadonlyMap<string, string>> {
    await this.#refresh();
    const hashes = new Map<string, string>();
    for (const { segment, removed } of this.#live) {
      for (const [i, { id, hash }] of segment.allDocuments().entries()) {
        if (!removed.has(i)) {
          hashes.set(id, hash);
        }
      }
    }
    return hashes;
  }

  apply({ remove, add }: StoreChange): Promise<void> {
    return this.#inTurn(async () => {
      const { manifest, segments } = this.#written();
      const places = this.#placesOfDocuments();
      const gone = new Map<string, Set<number>>();
      for (const id of [...remove, ...add.map((document) => document.id)]) {
        const place = places.get(id);
        if (place !== undefined) {
          gone.set(place.segment, (gone.get(place.segment) ?? new Set()).add(place.number));
        }
      }
      const kept = segments.map((entry) => withoutDocuments(entry, gone.get(entry.name)));
      const made: SegmentEntry[] = [];
      if (add.length > 0) {
        const content = contentOf(add, manifest.model.dimensions);
        made.push(await writeSegment(this.#segments, newSegmentName(), content, manifest.vectors));
      }
      if (made.length > 0 || gone.size > 0) {
        await this.#replace({ manifest, segments: [...kept, ...made] });
        await this.#compact();
      }
    });
  }

  async nearest(query: VectorQuery): Promise<readonly Hit[]> {
    await this.#refresh();
    return hits(await nearestChunks(this.#live, query));
  }

  async matching(query: TextQuery): Promise<readonly Hit[]> {
    await this.#refresh();
    return hits(matchingChunks(this.#live, query));
  }

  chunks(refs: readonly string[]): Promise<readonly StoredChunk[]> {
    return Promise.all(refs.map((ref) => storedChunk(this.#found(ref))));
  }

  async vectors(refs: readonly string[]): Promise<Matrix> {
    const columns = this.#written().manifest.model.dimensions;
    const data = new Float32Array(refs.length * columns);
    for (const [i, ref] of refs.entries()) {
      const { segment, chunk } = this.#found(ref);
      data.set(segment.vector(chunk), i * columns);
    }
    return { data, rows: refs.length, columns };
  }

  async document(id: string): Promise<readonly StoredChunk[]> {
    await this.#refresh();
    for (const { segment, removed } of this.#live) {
      const number = segment.allDocuments().findIndex((document, i) => document.id === id && !removed.has(i));
      if (number >= 0) {
        const first = segment.firstChunk(number);
        const count = segment.firstChunk(number + 1) - first;
        return Promise.all(Array.from({ length: count }, (_, i) => storedChunk({ segment, chunk: first + i })));
      }
    }
    return [];
  }

  /** Yields every document with its chunks, in the order in which they are stored. */
  async *documents(): AsyncGenerator<Omit<NewDocument, 'vectors'>, void, undefined> {
    await this.#refresh();
    for (const { segment, removed } of this.#live) {
      for (const [i, { id, hash, metadata }] of segment.allDocuments().entries()) {
        if (!removed.has(i)) {
          const [first, end] = [segment.firstChunk(i), segment.firstChunk(i + 1)];
          const chunks = await Promise.all(Array.from({ length: end - first }, (_, k) => segment.chunk(first + k)));
          yield { id, hash, metadata, chunks };
        }
      }
    }
  }

  /** Takes over the content of another store, which must not be open any more, in the place of its own. */
  adopt(folder: string): Promise<void> {
    return this.#inTurn(async () => {
      const list = await readSegmentList(listPath(folder));
      if (list === undefined) {
        throw new OctavecError('INDEX_NOT_FOUND', { path: folder });
      }
      for (const { name } of list.segments) {
        await rename(join(segmentsFolder(folder), name), join(this.#segments, name));
      }
      await syncFolder(this.#segments);
      await this.#replace(list);
      await rm(folder, { recursive: true, force: true });
      await this.#sweep();
    });
  }

  /** Keeps other processes from changing it until it is closed. */
  reserve(): Promise<void> {
    return this.#inTurn(async () => undefined);
  }

  async facts(): Promise<StoreFacts> {
    await this.#refresh();
    let [documents, chunks, bytes] = [0, 0, 0];
    for (const { segment, removed } of this.#live) {
      documents += segment.documents - removed.size;
      chunks += segment.chunks;
      for (const i of removed) {
        chunks -= segment.firstChunk(i + 1) - segment.firstChunk(i);
      }
    }
    for (const { files } of this.#list?.segments ?? []) {
      bytes += Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    }
    return { documents, chunks, bytes };
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    const segments = [...this.#open.values()];
    this.#open.clear();
    this.#live = [];
    await Promise.all(segments.map((segment) => segment.close()));
    if (this.#owner !== undefined) {
      await this.#owner.close();
      await rm(lockPath(this.#folder), { force: true });
      await this.#removeUnwritten();
    }
  }

  /** Takes away what was made for an index that did not come about: on a full disk, say. */
  async #removeUnwritten(): Promise<void> {
    if (this.#list === undefined && this.#madeFolder !== undefined) {
      await rm(lockPath(this.#folder), { force: true });
      await removeFolders(this.#segments, this.#madeFolder);
      this.#madeFolder = undefined;
    }
  }

  get #segments(): string {
    return segmentsFolder(this.#folder);
  }

  #written(): SegmentList {
    if (this.#list === undefined) {
      throw new OctavecError('INDEX_NOT_FOUND', { path: this.#folder });
    }
    return this.#list;
  }

  /** Changes come one after the other, of one process at a time. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = this.#turn
      .catch(() => undefined)
      .then(() => this.#claim())
      .then(change);
    this.#turn = done;
    return done;
  }

  async #claim(): Promise<void> {
    if (this.#owner !== undefined) {
      return;
    }
    try {
      this.#madeFolder ??= await makeFolders(this.#segments);
      this.#owner = await OwnedFile.open(lockPath(this.#folder), this.#folder);
    } catch (error) {
      if (isSystemError(error)) {
        await this.#removeUnwritten();
      }
      throw asOutputError(error, this.#folder);
    }
    await this.#refresh();
    await this.#sweep();
  }

  async #replace(list: SegmentList): Promise<void> {
    await writeSegmentList(this.#folder, list);
    await this.#refresh();
  }

  /** Takes up what has changed on disk; for all who ask at the same time at once. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#reread().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #reread(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const stamp = await stampOf(this.#folder);
      if (stamp === this.#stamp) {
        return;
      }
      const list = await readSegmentList(listPath(this.#folder));
      try {
        await this.#take(list);
        this.#stamp = stamp;
        return;
      } catch (error) {
        if (!isSystemError(error) || error.code !== 'ENOENT') {
          throw error;
        }
        // The writer has merged segments since the list was read, unless the list is still the same.
        if (attempt === 10 || stamp === (await stampOf(this.#folder))) {
          const { path = this.#folder } = error;
          throw new OctavecError('INDEX_DAMAGED', { path, why: 'a file of it is missing' }, error);
        }
      }
    }
  }

  async #take(list: SegmentList | undefined): Promise<void> {
    const live: LiveSegment[] = [];
    for (const entry of list?.segments ?? []) {
      const segment = this.#open.get(entry.name) ?? (await Segment.open(this.#segments, entry));
      this.#open.set(entry.name, segment);
      live.push({ segment, removed: new Set(entry.removed) });
    }
    this.#list = list;
    this.#live = live;
    this.#places = undefined;
    await this.#retire(new Set(live.map(({ segment }) => segment.name)));
  }

  async #retire(current: ReadonlySet<string>): Promise<void> {
    const now = Date.now();
    for (const [name, segment] of this.#open) {
      const since = this.#retired.get(name) ?? now;
      if (current.has(name)) {
        continue;
      }
      this.#retired.set(name, since);
      if (now - since > graceMs) {
        this.#open.delete(name);
        this.#retired.delete(name);
        await segment.close();
      }
    }
  }

  #placesOfDocuments(): ReadonlyMap<string, DocumentPlace> {
    if (this.#places === undefined) {
      this.#places = new Map();
      for (const { segment, removed } of this.#live) {
        for (const [number, { id }] of segment.allDocuments().entries()) {
          if (!removed.has(number)) {
            this.#places.set(id, { segment: segment.name, number });
          }
        }
      }
    }
    return this.#places;
  }

  async #compact(): Promise<void> {
    for (;;) {
      const chosen = segmentsToMerge(this.#live);
      if (chosen.length === 0) {
        return;
      }
      const { manifest, segments } = this.#written();
      const merged = await mergeSegments(this.#segments, newSegmentName(), chosen, manifest);
      const names = new Set(chosen.map(({ segment }) => segment.name));
      const place = segments.findIndex(({ name }) => names.has(name));
      const kept = segments.filter(({ name }) => !names.has(name));
      await this.#replace({ manifest, segments: [...kept.slice(0, place), ...merged, ...kept.slice(place)] });
      await this.#sweep();
    }
  }

  /** Removes folders that are no segments: of changes that were broken off, and of segments that were merged. */
  async #sweep(): Promise<void> {
    const named = new Set(this.#list?.segments.map(({ name }) => name));
    const found = await readdir(this.#segments).catch((): string[] => []);
    const useless = found.filter((name) => !named.has(name));
    await Promise.all(useless.map((name) => rm(join(this.#segments, name), { recursive: true, force: true })));
  }

  #found(ref: string): Pick<FoundChunk, 'segment' | 'chunk'> {
    const [name, chunk] = ref.split('/');
    const segment = this.#open.get(name);
    if (segment === undefined) {
      throw new OctavecError('CLOSED', { what: 'index' });
    }
    return { segment, chunk: Number(chunk) };
  }
}
