import {
  type Hit,
  type HitQuery,
  inverseFrequency,
  lengthWeight,
  saturation,
  type TextQuery,
  type VectorKind,
  type VectorQuery,
  wordsOf,
} from '../store/index.js';
import type { Ask, Database } from './database.js';
import { filterSql, Parameters } from './filter-sql.js';
import { storable } from './storable.js';
import { readIndexRow } from './tables.js';
import { vectorText } from './write.js';

/** What questions are put to. */
export interface Tables {
  readonly schema: string;
  /** The schema of pgvector. */
  readonly extension: string;
  readonly dimensions: number;
  readonly kind: VectorKind;
}

/** pgvector's limit of what an approximate index keeps in view. */
const mostInView = 1000;

/** Finds the nearest chunks: among all for `exact`, among candidates of the HNSW index for a number. */
export async function nearestHits(database: Database, tables: Tables, query: VectorQuery): Promise<readonly Hit[]> {
  const { top, rescore } = query;
  if (rescore !== 'exact' && tables.kind !== 'float32') {
    const candidates = Math.ceil(top * rescore);
    const hits = await database.transaction('read', async (ask) => {
      await ask(
        `SELECT set_config('hnsw.ef_search', $1, true), set_config('hnsw.iterative_scan', 'relaxed_order', true)`,
        [`${Math.min(mostInView, candidates)}`],
      );
      return ask<HitRow>(...nearestSql(tables, query, candidates));
    });
    // The index gives up where few chunks pass a filter.
    if (hits.length === top) {
      return hits;
    }
  }
  return database.ask<HitRow>(...nearestSql(tables, query, undefined));
}

type HitRow = Hit & Record<string, unknown>;

function nearestSql(
  { schema, extension, dimensions, kind }: Tables,
  { vector, top, filter }: VectorQuery,
  candidates: number | undefined,
): [string, unknown[]] {
  const parameters = new Parameters(vectorText(vector), top);
  const product = `OPERATOR(${extension}.<#>)`;
  const asked = `$1::${extension}.vector(${dimensions})`;
  const from = `${schema}.chunks c${conditionSql(schema, filter, parameters)}`;
  const half = `${extension}.halfvec(${dimensions})`;
  const bits = (of: string) => `${extension}.binary_quantize(${of})::bit(${dimensions})`;
  const order =
    kind === 'binary'
      ? `${bits('c.embedding')} OPERATOR(${extension}.<~>) ${bits(asked)}`
      : `c.embedding::${half} ${product} ${asked}::${half}`;
  const source =
    candidates === undefined
      ? from
      : `(SELECT c.number, c.embedding FROM ${from} ORDER BY ${order} LIMIT ${parameters.add(candidates)}) c`;
  const sql = `SELECT c.number::text AS ref, -(c.embedding ${product} ${asked}) AS score
    FROM ${source} ORDER BY c.embedding ${product} ${asked}, c.number LIMIT $2`;
  return [sql, parameters.values];
}

function conditionSql(schema: string, filter: HitQuery['filter'], parameters: Parameters): string {
  return filter === undefined
    ? ''
    : ` JOIN ${schema}.documents d ON d.number = c.document WHERE ${filterSql(filter, parameters)}`;
}

/** A word that is asked for, and the most that it can add to a score. */
interface WeightedWord {
  readonly word: string;
  readonly weight: number;
}

/** Words that stand in a larger part of the chunks are counted, but first looked for only together with rarer ones. */
const frequentPart = 0.05;

/**
 * Finds the chunks with the highest BM25. Those that hold a rare word are looked at first; all others only if frequent
 * words alone could bring one of them among the best.
 */
export async function matchingHits(ask: Ask, schema: string, query: TextQuery): Promise<readonly Hit[]> {
  const wanted = [...new Set(wordsOf(query.text).map(storable))];
  const row = wanted.length === 0 ? undefined : await readIndexRow(ask, schema);
  if (row === undefined || row.chunks === 0) {
    return [];
  }
  const found = await ask<{ word: string; chunks: number }>(
    `SELECT word, chunks::float8 FROM ${schema}.words WHERE word = ANY($1) AND chunks > 0 ORDER BY chunks, word`,
    [wanted],
  );
  const frequencies = new Map(found.map(({ word, chunks }) => [word, chunks]));
  const averageLength = row.words / row.chunks;
  const statistics = { chunks: row.chunks, averageLength, frequencies };
  const words = found.map(({ word }) => ({ word, weight: inverseFrequency(statistics, word) * (saturation + 1) }));
  const rare = Math.max(1, found.filter(({ chunks }) => chunks <= row.chunks * frequentPart).length);
  const hits = await ask<HitRow>(...matchingSql(schema, words, words.slice(0, rare), averageLength, query));
  const missed = words.slice(rare).reduce((sum, { weight }) => sum + weight, 0);
  const isWhole = missed === 0 || (hits.length === query.top && hits[hits.length - 1].score >= missed);
  return isWhole ? hits : ask<HitRow>(...matchingSql(schema, words, words, averageLength, query));
}

function matchingSql(
  schema: string,
  words: readonly WeightedWord[],
  needed: readonly WeightedWord[],
  averageLength: number,
  { top, filter }: TextQuery,
): [string, unknown[]] {
  const parameters = new Parameters(
    words.map(({ word }) => word),
    words.map(({ weight }) => weight),
    needed.map(({ word }) => word),
    saturation * (1 - lengthWeight),
    (saturation * lengthWeight) / averageLength,
    top,
  );
  const documents = filter === undefined ? '' : `JOIN ${schema}.documents d ON d.number = c.document`;
  const condition = filter === undefined ? '' : ` AND ${filterSql(filter, parameters)}`;
  const sql = `SELECT c.number::text AS ref, scored.score FROM ${schema}.chunks c ${documents}
    CROSS JOIN LATERAL (
      SELECT sum(asked.weight * held.count / (held.count + $4::float8 + $5::float8 * c.length)) AS score
      FROM unnest($1::text[], $2::float8[]) AS asked (word, weight)
      CROSS JOIN LATERAL (SELECT c.counts[array_position(c.words, asked.word)]::float8 AS count) held
    ) scored
    WHERE c.words && $3::text[]${condition} ORDER BY scored.score DESC, c.number LIMIT $6`;
  return [sql, parameters.values];
}
