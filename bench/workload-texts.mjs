/** Texts of known length for the benchmarks of the run time. */

/** Words that every BERT-like vocabulary has as one token. */
const words = (
  'time year people way day man thing woman life child world school state family student group country problem hand ' +
  'part place case week company system program question work government number night point home water room mother ' +
  'area money story fact month lot right study book eye job word business issue side kind head house service friend ' +
  'father power hour game line end member law car city community name president team minute idea kid body information'
).split(' ');

/** A text of about this many tokens, special tokens included. The same number gives another text with another seed. */
export function textOf(tokens, seed = 0) {
  return Array.from(
    { length: Math.max(1, tokens - 2) },
    (_, i) => words[(seed * 31 + i * (7 + (seed % 5))) % words.length],
  ).join(' ');
}

/** Lengths of texts as a corpus has them, in no order: many short, few long, 8 to 256 tokens. */
export function mixedLengths(count) {
  return Array.from({ length: count }, (_, i) => Math.round(8 * 32 ** ((((i * 193) % count) / count) ** 1.1)));
}

/** @param mixed how many texts of mixed lengths */
export const workloads = (mixed = 512) => ({
  'single text, 16 tokens': [textOf(16)],
  '32 texts of 128 tokens': Array.from({ length: 32 }, (_, i) => textOf(128, i)),
  [`${mixed} texts of 8 to 256 tokens, in no order`]: mixedLengths(mixed).map((tokens, i) => textOf(tokens, i)),
});
