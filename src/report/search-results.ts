import { printable } from '../base/index.js';
import { describePlace, type SearchContext, type SearchResult } from '../search/index.js';

/** So much of a text is shown. */
const shownCharacters = 300;

/** Formats results for people: rank, score, and the beginning of each text. */
export function formatResults(results: readonly SearchResult[]): string {
  if (results.length === 0) {
    return 'Nothing was found.\n';
  }
  const parts = results.map((result, i) => {
    const { score, text } = result;
    const head = `${i + 1}. ${printable(describePlace(result))}  (${score.toFixed(4)})`;
    const explanation = result.explanation === undefined ? [] : [`   ${explained(result)}`];
    return [head, ...explanation, indented(beginningOf(text))].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

/** Formats a context as it goes into a prompt. */
export function formatContext({ text }: SearchContext): string {
  return `${text}\n`;
}

function explained({ explanation }: SearchResult): string {
  const { vector, text, rank } = explanation!;
  const byMeaning = vector
    ? `by meaning place ${vector.rank} (cosine ${vector.cosine.toFixed(4)})`
    : 'not near by meaning';
  const byWords = text
    ? `by words place ${text.rank} (BM25 ${text.bm25.toFixed(2)}: ${printable(text.words.join(', '))})`
    : 'not among the best by words';
  return `${byMeaning}; ${byWords}; together place ${rank}`;
}

function beginningOf(text: string): string {
  const flat = printable(text.replace(/\s+/g, ' ').trim());
  if (flat.length <= shownCharacters) {
    return flat;
  }
  // Neither a character of two units is cut apart nor, where there are words, a word.
  const whole = flat.slice(0, shownCharacters).replace(/[\ud800-\udbff]$/, '');
  return `${whole.replace(/\s+\S*$/, '')} …`;
}

function indented(text: string): string {
  return `   ${text}`;
}
