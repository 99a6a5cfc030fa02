import type { RankedText } from '../../rerank/index.js';
import type { TextRecord } from '../../texts/index.js';

/** Formats a ranking as JSON, each result with the id of its record. */
export function rankingJson(
  query: string,
  activation: string,
  ranked: readonly RankedText[],
  records: readonly TextRecord[],
): string {
  const results = ranked.map((result) => {
    const { id } = records[result.index];
    // JSON.stringify refuses a bigint, whose digits are all kept so.
    const number = typeof id === 'bigint' ? String(id) : JSON.stringify(id);
    const own = JSON.stringify(result);
    return id === undefined ? own : `${own.slice(0, -1)},"id":${number}}`;
  });
  return `{"query":${JSON.stringify(query)},"activation":${JSON.stringify(activation)},"results":[${results.join(',')}]}`;
}
