import type { TokenBatch } from '../engine.js';

/** Texts of a batch that are handed to the native engine as one job. */
export interface BatchPart extends TokenBatch {
  /** Where the part begins in the batch. */
  readonly firstText: number;
  readonly firstToken: number;
}

/** Enough tokens to keep many threads busy, few enough that progress can be told and a job be cancelled in between. */
const partTokens = 16_384;

/**
 * Cuts a batch into parts of whole texts. Those of a large one are copies: they run one after the other, and the caller
 * may change the arrays meanwhile.
 */
export function cutBatch(batch: TokenBatch, limit = partTokens): BatchPart[] {
  const { ids, offsets } = batch;
  const texts = offsets.length - 1;
  if (texts > 0 && ids.length <= limit) {
    return [{ ids, offsets, firstText: 0, firstToken: 0 }];
  }
  const parts: BatchPart[] = [];
  for (let firstText = 0; firstText < texts; ) {
    const firstToken = offsets[firstText];
    let end = firstText + 1;
    while (end < texts && offsets[end + 1] - firstToken <= limit) {
      end++;
    }
    parts.push({
      ids: ids.slice(firstToken, offsets[end]),
      offsets: offsets.slice(firstText, end + 1).map((offset) => offset - firstToken),
      firstText,
      firstToken,
    });
    firstText = end;
  }
  return parts;
}
