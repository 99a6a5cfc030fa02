import { isOp } from '../onnx/index.js';
import { inputRole } from '../output/index.js';
import { maker, original } from './copies.js';
import type { EncoderDescription, Positions } from './description.js';
import { type Prober, sampleTokens } from './probe.js';
import { matchLookup, type StoredTable, tableRows } from './stored-table.js';
import { require } from './unrecognised.js';

export type EmbeddingMatch = Pick<EncoderDescription, 'words' | 'wordFactor' | 'positions' | 'tokenType'>;

/**
 * Finds the tables whose rows are added to give `value`: words by id, positions in order, and rows that are the same
 * for every token.
 *
 * @throws Unrecognised
 */
export function matchEmbeddings(prober: Prober, value: string, hidden: number, padTokenId: number): EmbeddingMatch {
  let words: StoredTable | undefined;
  let wordFactor = 1;
  let positions: EmbeddingMatch['positions'];
  let tokenType: Float32Array | undefined;
  for (const leaf of addends(prober, value)) {
    const { value: rowsOf, factor } = withoutFactor(prober, leaf);
    const lookup = matchLookup(prober, rowsOf);
    require(lookup?.table.values.dims[1] === hidden, 'embeddings that are not sums of table rows');
    const { table, indices } = lookup;
    if (inputRole(indices) === 'ids') {
      require(words === undefined, 'two tables of words');
      words = table;
      wordFactor = factor;
      continue;
    }
    require(factor === 1, 'positions or token types that are multiplied by a number');
    const rows = prober.evaluate(indices)?.data;
    require(rows?.length === sampleTokens, 'rows of a table that depend on more than the length of a text');
    if (rows.every((row) => row === rows[0])) {
      require(tokenType === undefined, 'two tables of token types');
      tokenType = tableRows(prober.model, table, rows[0], 1);
    } else {
      require(positions === undefined && rows.every((row, i) => row === rows[0] + i), 'positions that do not count up');
      positions = { table, first: rows[0], uncounted: findUncounted(prober, indices, rows[0], padTokenId) };
    }
  }
  require(words !== undefined, 'no table of words');
  return { words, wordFactor, positions, tokenType };
}

/** Splits a value that is another one times a number. */
function withoutFactor(prober: Prober, value: string): { readonly value: string; readonly factor: number } {
  const node = maker(prober, value);
  if (isOp(node, 'Mul')) {
    for (const [rows, factor] of [node.input, [...node.input].reverse()]) {
      const number = prober.evaluate(factor)?.data;
      if (number?.length === 1 && prober.index.initializers.has(original(prober, factor))) {
        return { value: rows, factor: number[0] };
      }
    }
  }
  return { value, factor: 1 };
}

/** Places of the sample text where padding stands, to see what it does to positions. */
const padded: readonly number[] = [2, 3, 7];

/**
 * Finds the padding token where positions leave it out: RoBERTa and its relatives count only the other tokens; all
 * other models do not look at words. @throws Unrecognised
 */
function findUncounted(prober: Prober, indices: string, first: number, padTokenId: number): Positions['uncounted'] {
  const rows = prober.withWords(indices, (place) => (padded.includes(place) ? padTokenId : undefined))?.data;
  require(rows?.length === sampleTokens, 'positions that depend on the words');
  if (rows.every((row, place) => row === first + place)) {
    return undefined;
  }
  const row = rows[padded[0]];
  const skips = rows.every((found, place) =>
    padded.includes(place) ? found === row : found === first + place - padded.filter((pad) => pad < place).length,
  );
  require(skips, 'positions that depend on the words');
  return { word: padTokenId, row };
}

/** Words, positions, token types, and some to spare. */
const mostAddends = 8;

/**
 * Lists the values whose sum a value is. A sum of sums doubles with every step, so the search is bounded: a hostile
 * graph could go on without end.
 */
function addends(prober: Prober, value: string): string[] {
  const leaves: string[] = [];
  const pending = [value];
  while (pending.length > 0) {
    const next = pending.pop() as string;
    const node = maker(prober, next);
    if (isOp(node, 'Add')) {
      pending.push(...[...node.input].reverse());
    } else {
      leaves.push(original(prober, next));
    }
    require(leaves.length + pending.length <= mostAddends, 'embeddings that are sums of too many values');
  }
  return leaves;
}
