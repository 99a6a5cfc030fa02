import { TextTokenizer } from '../embed/index.js';
import type { TokenBatch } from '../engine/index.js';
import type { ModelFiles } from '../model/index.js';

/** A query, and texts that are ranked by it. */
export interface QueryTexts {
  /** The question. */
  readonly query: string;
  /** Texts that are scored for it. */
  readonly texts: readonly string[];
}

/**
 * Tokenizes pairs as a reranker gets them, without loading the model.
 *
 * @throws TOKENIZER_INVALID, TEXT_INVALID, QUERY_TOO_LONG
 */
export async function tokenizePairsOnce(files: ModelFiles, queries: readonly QueryTexts[]): Promise<TokenBatch> {
  const tokenizer = await TextTokenizer.of(files);
  try {
    const options = { prompt: '', overLong: 'truncate', overlap: 0, truncationSide: files.truncationSide } as const;
    const batches: TokenBatch[] = [];
    for (const { query, texts } of queries) {
      batches.push(await tokenizer.tokenize(texts, { ...options, query }));
    }
    return joined(batches);
  } finally {
    await tokenizer.close();
  }
}

/** Puts batches one behind the other. */
export function joined(batches: readonly TokenBatch[]): TokenBatch {
  if (batches.length === 1) {
    return batches[0];
  }
  const offsets = [0];
  for (const batch of batches) {
    const start = offsets[offsets.length - 1];
    for (const end of batch.offsets.subarray(1)) {
      offsets.push(start + end);
    }
  }
  return {
    ids: Int32Array.from(batches.flatMap(({ ids }) => Array.from(ids))),
    types: Int32Array.from(batches.flatMap(({ ids, types }) => Array.from(types ?? ids.map(() => 0)))),
    offsets: Int32Array.from(offsets),
  };
}
