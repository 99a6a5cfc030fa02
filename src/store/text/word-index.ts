import type { TensorSource } from '../../files/index.js';
import { wordsOf } from './words.js';

/** Which chunks hold a word, and how often: an inverted index of chunks that are numbered from 0 on. */
export interface WordIndex {
  /** UTF-8 of all words, one after the other, in the order of their bytes. */
  readonly text: Uint8Array;
  /** [words + 1] where each begins in `text`. */
  readonly textStarts: Uint32Array;
  /** [words + 1] where the chunks of each begin in `rows`. */
  readonly starts: Uint32Array;
  /** Chunks of a word, in rising order. */
  readonly rows: Uint32Array;
  /** [rows] how often the chunk holds the word; 255 for more. */
  readonly counts: Uint8Array;
  /** [chunks] words of each chunk. */
  readonly lengths: Uint32Array;
}

/** Indexes texts; text i becomes chunk i. */
export function indexWords(texts: Iterable<string>): WordIndex {
  const postings = new Map<string, number[]>();
  const lengths: number[] = [];
  for (const text of texts) {
    const row = lengths.length;
    const words = wordsOf(text);
    lengths.push(words.length);
    for (const word of words) {
      const list = postings.get(word);
      if (list === undefined) {
        postings.set(word, [row, 1]);
      } else if (list[list.length - 2] === row) {
        list[list.length - 1]++;
      } else {
        list.push(row, 1);
      }
    }
  }
  return packed(postings, Uint32Array.from(lengths));
}

function packed(postings: ReadonlyMap<string, readonly number[]>, lengths: Uint32Array): WordIndex {
  const words = [...postings.keys()].map((word) => Buffer.from(word)).sort(Buffer.compare);
  const total = [...postings.values()].reduce((sum, { length }) => sum + length / 2, 0);
  const textStarts = new Uint32Array(words.length + 1);
  const starts = new Uint32Array(words.length + 1);
  const rows = new Uint32Array(total);
  const counts = new Uint8Array(total);
  let at = 0;
  for (const [i, word] of words.entries()) {
    const list = postings.get(word.toString())!;
    for (let k = 0; k < list.length; k += 2) {
      rows[at] = list[k];
      counts[at] = Math.min(255, list[k + 1]);
      at++;
    }
    textStarts[i + 1] = textStarts[i] + word.length;
    starts[i + 1] = at;
  }
  return { text: Buffer.concat(words), textStarts, starts, rows, counts, lengths };
}

/** Returns the place of a word in the index; -1 if the index does not hold it. */
export function findWord({ text, textStarts }: WordIndex, word: string): number {
  const wanted = Buffer.from(word);
  let low = 0;
  let high = textStarts.length - 2;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = Buffer.compare(wanted, text.subarray(textStarts[middle], textStarts[middle + 1]));
    if (order === 0) {
      return middle;
    }
    if (order < 0) {
      high = middle - 1;
    } else {
      low = middle + 1;
    }
  }
  return -1;
}

/** Returns the index as tensors of a file. */
export function wordTensors({ text, textStarts, starts, rows, counts, lengths }: WordIndex): TensorSource[] {
  const tensor = (name: string, type: TensorSource['type'], data: ArrayBufferView, size: number): TensorSource => ({
    ...{ name, type, dims: [size], parts: [data] },
  });
  return [
    tensor('words.starts', 'U32', textStarts, textStarts.length),
    tensor('postings.starts', 'U32', starts, starts.length),
    tensor('postings.rows', 'U32', rows, rows.length),
    tensor('lengths', 'U32', lengths, lengths.length),
    tensor('words', 'U8', text, text.length),
    tensor('postings.counts', 'U8', counts, counts.length),
  ];
}
