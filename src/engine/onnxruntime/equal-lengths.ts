import type { Batch } from './protocol.js';

/** Texts of a batch that have the same number of tokens, and so need no padding. */
export interface EqualTexts {
  /** Their places in the batch. */
  readonly texts: readonly number[];
  readonly batch: Batch;
}

/** Splits a batch by the lengths of its texts, for models that take padding for words. */
export function byLength({ wanted, ids, offsets, types, unpooled }: Batch): EqualTexts[] {
  const groups = new Map<number, number[]>();
  for (let text = 0; text < unpooled.length; text++) {
    const length = offsets[text + 1] - offsets[text];
    groups.set(length, [...(groups.get(length) ?? []), text]);
  }
  return [...groups].map(([length, texts]) => {
    const pick = (values: Int32Array): Int32Array => {
      const picked = new Int32Array(texts.length * length);
      texts.forEach((text, i) => {
        picked.set(values.subarray(offsets[text], offsets[text + 1]), i * length);
      });
      return picked;
    };
    const batch = {
      wanted,
      ids: pick(ids),
      offsets: Int32Array.from({ length: texts.length + 1 }, (_, i) => i * length),
      unpooled: Int32Array.from(texts, (text) => unpooled[text]),
      types: types && pick(types),
    };
    return { texts, batch };
  });
}

/** Joins what came of the groups to the rows of the whole batch: a vector for each text, or a hidden state for each token. */
export function joined(
  { wanted, offsets }: Pick<Batch, 'wanted' | 'offsets'>,
  groups: readonly EqualTexts[],
  rows: readonly Float32Array[],
): Float32Array {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  const width = all.length / (wanted === 'vectors' ? offsets.length - 1 : offsets[offsets.length - 1]);
  groups.forEach(({ texts }, group) => {
    const size = rows[group].length / texts.length;
    texts.forEach((text, i) => {
      all.set(rows[group].subarray(i * size, (i + 1) * size), (wanted === 'vectors' ? text : offsets[text]) * width);
    });
  });
  return all;
}
