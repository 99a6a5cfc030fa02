import { createHash } from 'node:crypto';
import { reasonOf, type TaskOptions, throwIfCancelled } from '../base/index.js';
import {
  type CountTokens,
  chunkDocument,
  type DocumentSource,
  type SkippedFile,
  textOfChunk,
} from '../documents/index.js';
import type { Embedder } from '../embed/index.js';
import { type Matrix, nonFiniteRows } from '../numbers/index.js';
import type { IndexManifest, NewDocument, Store } from '../store/index.js';
import { unitMatrix } from './index-model.js';

/** What became of documents. */
export interface IngestCounts {
  /** Documents that are new. */
  readonly added: number;
  /** Had changed, and were embedded again. */
  readonly updated: number;
  /** Documents whose content was there already. */
  readonly unchanged: number;
  /** Documents that were taken out. */
  readonly removed: number;
}

/** What the work is done with. */
export interface IngestTools {
  readonly store: Store;
  readonly embedder: Embedder;
  readonly manifest: IndexManifest;
  /** Told of a document that cannot be used. */
  readonly onSkipped: (document: SkippedFile) => void;
}

/** What is embedded is stored about so often: a kill loses no more than that. */
const secondsBetweenStores = 4;
const chunksAtOnce = { least: 64, most: 2048 } as const;

/**
 * Brings documents into a store: those whose content it has already cost nothing. They are stored some at a time.
 *
 * @returns what became of them, and the ids of all
 */
export async function ingest(
  sources: AsyncIterable<DocumentSource> | Iterable<DocumentSource>,
  tools: IngestTools,
  { signal, onProgress }: TaskOptions,
): Promise<{ readonly counts: IngestCounts; readonly seen: ReadonlySet<string> }> {
  const { store, embedder, manifest } = tools;
  const hashes = new Map(await store.hashes());
  const countTokens = tokenCounter(embedder);
  const chunking = await effectiveChunking(manifest, embedder);
  /** Ids, with the hashes of their contents. */
  const seen = new Map<string, string>();
  let [added, updated, unchanged] = [0, 0, 0];
  let pending: Omit<NewDocument, 'vectors'>[] = [];
  let waiting = 0;
  let limit: number = chunksAtOnce.least;

  const report = () =>
    onProgress?.({ stage: 'Indexing', done: seen.size, total: Number.POSITIVE_INFINITY, unit: 'documents' });
  const flush = async () => {
    if (pending.length === 0) {
      return;
    }
    const started = performance.now();
    const documents = await embedDocuments(pending, tools, signal);
    await store.apply({ remove: [], add: documents });
    for (const { id, hash } of documents) {
      added += hashes.has(id) ? 0 : 1;
      updated += hashes.has(id) ? 1 : 0;
      hashes.set(id, hash);
    }
    const perSecond = (waiting * 1000) / (performance.now() - started);
    limit = Math.min(chunksAtOnce.most, Math.max(chunksAtOnce.least, Math.round(perSecond * secondsBetweenStores)));
    pending = [];
    waiting = 0;
  };

  for await (const source of sources) {
    throwIfCancelled(signal, 'indexing');
    const { id } = source;
    const hash = createHash('sha256').update(source.content).digest('hex').slice(0, 32);
    const before = seen.get(id);
    if (before !== undefined) {
      if (before !== hash) {
        tools.onSkipped({ id, path: source.path ?? id, reason: 'another document before it has the same id' });
      }
      continue;
    }
    seen.set(id, hash);
    if (hashes.get(id) === hash) {
      unchanged++;
      report();
      continue;
    }
    try {
      const { blocks, metadata } = await source.parse();
      const chunks = await chunkDocument(blocks, chunking, countTokens);
      pending.push({ id, hash, metadata, chunks });
      waiting += Math.max(1, chunks.length);
    } catch (error) {
      throwIfCancelled(signal, 'indexing');
      tools.onSkipped({ id, path: source.path ?? id, reason: reasonOf(error) });
    }
    if (waiting >= limit) {
      await flush();
    }
    report();
  }
  await flush();
  return { counts: { added, updated, unchanged, removed: 0 }, seen: new Set(seen.keys()) };
}

/** A token of what people write is shorter. What has no words, such as Base64 or spaces, may be one token to a model. */
const mostCharactersPerToken = 32;
/** Longer texts are cut in any case, and their parts are counted; about four characters make a token. */
const mostCounted = 1_000_000;

/**
 * Returns a counter of the tokens of texts, special tokens not counted. No text counts less than its length allows, so that none
 * of megabytes passes for a short one.
 */
export function tokenCounter(embedder: Embedder): CountTokens {
  let special: Promise<number> | undefined;
  const count = async (texts: readonly string[]) => (await embedder.tokenize(texts, { prompt: '' })).lengths;
  return async (texts) => {
    special ??= count(['']).then(([length]) => length);
    const around = await special;
    if (texts.length === 0) {
      return [];
    }
    const lengths = await count(texts.map((text) => (text.length > mostCounted ? '' : text)));
    return texts.map(({ length }, i) =>
      length > mostCounted
        ? Math.ceil(length / 4)
        : Math.max(Math.floor(length / mostCharactersPerToken), lengths[i] - around),
    );
  };
}

/**
 * Returns the chunking with what remains of a chunk's tokens beside the prompt and special tokens, as far as the model
 * takes so many.
 */
async function effectiveChunking(
  { chunking, model }: IndexManifest,
  embedder: Embedder,
): Promise<IndexManifest['chunking']> {
  if (chunking === 'none') {
    return chunking;
  }
  const { lengths } = await embedder.tokenize([''], { prompt: model.documentPrompt });
  const room = Math.max(1, embedder.maxTokens - lengths[0]);
  const tokens = Math.min(chunking.tokens, room);
  return { tokens, overlap: Math.min(chunking.overlap, Math.floor(tokens / 2)) };
}

/** Embeds documents. Those for which the model gives no vectors are reported. */
export async function embedDocuments(
  pending: readonly Omit<NewDocument, 'vectors'>[],
  { embedder, manifest, onSkipped }: IngestTools,
  signal: AbortSignal | undefined,
): Promise<NewDocument[]> {
  const texts = pending.flatMap(({ chunks }) => chunks.map(textOfChunk));
  const { documentPrompt: prompt, dimensions } = manifest.model;
  const matrix =
    texts.length === 0
      ? { data: new Float32Array(), rows: 0, columns: dimensions }
      : unitMatrix(await embedder.embed(texts, { prompt, dimensions, onError: 'skip', signal }));
  const bad = new Set(nonFiniteRows(matrix));
  let first = 0;
  return pending.flatMap((document) => {
    const { length } = document.chunks;
    const vectors = rowsOf(matrix, first, length);
    const failed = document.chunks.some((_, i) => bad.has(first + i));
    first += length;
    if (failed) {
      onSkipped({ id: document.id, path: document.id, reason: 'the model gives no vector for a part of it' });
      return [];
    }
    return [{ ...document, vectors }];
  });
}

function rowsOf({ data, columns }: Matrix, first: number, rows: number): Matrix {
  return { data: data.subarray(first * columns, (first + rows) * columns), rows, columns };
}
