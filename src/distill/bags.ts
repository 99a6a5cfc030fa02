import type { TokenBatch } from '../engine/index.js';

/** Texts as shares of tokens, sparse: row i has the tokens `columns[starts[i]]` to before `columns[starts[i + 1]]`. */
export interface Bags {
  readonly texts: number;
  readonly tokens: number;
  /** [texts + 1] */
  readonly starts: Int32Array;
  /** [entries] */
  readonly columns: Int32Array;
  /** [entries] how often the token stands in the text, divided by the text's tokens. */
  readonly shares: Float32Array;
}

/**
 * Counts the tokens of each text.
 *
 * @param tokens size of the vocabulary
 */
export function bagsOf({ ids, offsets }: TokenBatch, tokens: number): Bags {
  const texts = offsets.length - 1;
  const starts = new Int32Array(texts + 1);
  const columns = new Int32Array(ids.length);
  const shares = new Float32Array(ids.length);
  let entries = 0;
  for (let text = 0; text < texts; text++) {
    const sorted = ids.slice(offsets[text], offsets[text + 1]).sort();
    for (let i = 0; i < sorted.length; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) {
        columns[entries++] = sorted[i];
      }
      shares[entries - 1] += 1 / sorted.length;
    }
    starts[text + 1] = entries;
  }
  return { texts, tokens, starts, columns: columns.slice(0, entries), shares: shares.slice(0, entries) };
}

/** Transposes bags: the same entries, a row for each token. */
export function transposed({ texts, tokens, starts, columns, shares }: Bags): Bags {
  const counts = new Int32Array(tokens + 1);
  for (const column of columns) {
    counts[column + 1]++;
  }
  for (let token = 0; token < tokens; token++) {
    counts[token + 1] += counts[token];
  }
  const place = counts.slice();
  const back = { columns: new Int32Array(columns.length), shares: new Float32Array(columns.length) };
  for (let text = 0; text < texts; text++) {
    for (let i = starts[text]; i < starts[text + 1]; i++) {
      const at = place[columns[i]]++;
      back.columns[at] = text;
      back.shares[at] = shares[i];
    }
  }
  return { texts: tokens, tokens: texts, starts: counts, ...back };
}

/** Picks the bags of some texts. */
export function someBags(bags: Bags, texts: Int32Array): Bags {
  const starts = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    starts[i + 1] = starts[i] + bags.starts[text + 1] - bags.starts[text];
  });
  const columns = new Int32Array(starts[texts.length]);
  const shares = new Float32Array(starts[texts.length]);
  texts.forEach((text, i) => {
    columns.set(bags.columns.subarray(bags.starts[text], bags.starts[text + 1]), starts[i]);
    shares.set(bags.shares.subarray(bags.starts[text], bags.starts[text + 1]), starts[i]);
  });
  return { texts: texts.length, tokens: bags.tokens, starts, columns, shares };
}

/**
 * Sums the rows of each text's tokens by their shares: [texts × width].
 *
 * @param rows [tokens × width]
 */
export function weightedRows(
  { texts, starts, columns, shares }: Bags,
  rows: Float32Array,
  width: number,
): Float32Array {
  const out = new Float32Array(texts * width);
  for (let text = 0; text < texts; text++) {
    const sum = out.subarray(text * width, (text + 1) * width);
    for (let i = starts[text]; i < starts[text + 1]; i++) {
      const share = shares[i];
      const row = columns[i] * width;
      for (let c = 0; c < width; c++) {
        sum[c] += share * rows[row + c];
      }
    }
  }
  return out;
}
