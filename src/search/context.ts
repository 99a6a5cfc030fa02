import type { SearchResult } from './search-result.js';

/** Texts for a prompt, and where they come from. */
export interface SearchContext {
  /** Each text below a line with its number and its source. */
  readonly text: string;
  /** Number of its tokens. */
  readonly tokens: number;
  /** Source i + 1 is the one that the text calls [i + 1]. */
  readonly sources: readonly SearchResult[];
}

/**
 * Puts results together for a prompt, the best first, as many as fit. One that does not fit is left out, and smaller ones behind
 * it may still.
 *
 * @param countTokens of texts
 */
export async function contextOf(
  results: readonly SearchResult[],
  tokens: number,
  countTokens: (texts: readonly string[]) => Promise<ArrayLike<number>>,
): Promise<SearchContext> {
  const counts = await countTokens(results.map((result) => passage(result, results.length)));
  const sources: SearchResult[] = [];
  let used = 0;
  for (const [i, result] of results.entries()) {
    if (used + counts[i] <= tokens) {
      used += counts[i];
      sources.push(result);
    }
  }
  return { text: sources.map((result, i) => passage(result, i + 1)).join('\n\n'), tokens: used, sources };
}

function passage(result: SearchResult, number: number): string {
  return `[${number}] ${describePlace(result)}\n${result.text}`;
}

/**
 * Describes where a passage stands: "docs/start.md, lines 3–9, Install › Linux".
 *
 * @example
 * ```ts
 * for (const result of await index.search('How do I install it?')) console.log(describePlace(result));
 * ```
 */
export function describePlace({ document, headings = [], lines, page }: SearchResult): string {
  const parts = [document];
  if (page !== undefined) {
    parts.push(`page ${page}`);
  }
  if (lines !== undefined) {
    parts.push(lines[0] === lines[1] ? `line ${lines[0]}` : `lines ${lines[0]}–${lines[1]}`);
  }
  if (headings.length > 0) {
    parts.push(headings.join(' › '));
  }
  return parts.join(', ');
}
