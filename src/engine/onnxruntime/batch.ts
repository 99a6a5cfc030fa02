import type { Batch } from './protocol.js';
import type { Piece } from './request.js';

/** Joins the ids of the pieces' texts, in arrays that can be transferred to another thread. */
export function batchMessage(pieces: readonly Piece[]): Batch {
  const texts = pieces.reduce((sum, piece) => sum + piece.texts.length, 0);
  const ids = new Int32Array(pieces.reduce((sum, piece) => sum + piece.tokens, 0));
  const offsets = new Int32Array(texts + 1);
  const unpooled = new Int32Array(texts);
  const types = pieces.some(({ request }) => request.hasTypes) ? new Int32Array(ids.length) : undefined;
  let count = 0;
  for (const { request, texts } of pieces) {
    for (const text of texts) {
      const textIds = request.idsOf(text);
      ids.set(textIds, offsets[count]);
      types?.set(request.typesOf(text) ?? [], offsets[count]);
      unpooled[count] = request.unpooledTokens;
      count++;
      offsets[count] = offsets[count - 1] + textIds.length;
    }
  }
  return { wanted: pieces[0].request.wanted, ids, offsets, unpooled, types };
}

/** Hands the rows of a batch, in the order of its message, to the callers. */
export function deliverBatch(pieces: readonly Piece[], rows: Float32Array): void {
  const counts = pieces.map((piece) => (piece.request.wanted === 'vectors' ? piece.texts.length : piece.tokens));
  const width = rows.length / counts.reduce((sum, count) => sum + count, 0);
  let start = 0;
  pieces.forEach(({ request, texts }, index) => {
    const end = start + counts[index] * width;
    request.deliver(texts, rows.subarray(start, end));
    start = end;
  });
}
