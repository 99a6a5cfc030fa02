import { textOfChunk } from '../documents/index.js';
import { type NewDocument, type StoreChange, wordsOf } from '../store/index.js';
import type { Ask } from './database.js';
import { storable, storableMetadata } from './storable.js';

/** Chunks that one statement brings: some megabytes. */
const chunksAtOnce = 256;

/**
 * Takes documents out and puts others in. The transaction must hold the lock of the index's row.
 *
 * @param extension the schema of pgvector
 */
export async function applyChange(ask: Ask, schema: string, extension: string, change: StoreChange): Promise<void> {
  const add = [...new Map(change.add.map((document) => [storable(document.id), document])).values()];
  const gone = await removeDocuments(ask, schema, [...change.remove, ...add.map(({ id }) => id)].map(storable));
  const numbers = await insertDocuments(ask, schema, add);
  const rows = add.flatMap((document) => chunkRows(document, numbers.get(storable(document.id)) ?? ''));
  for (let first = 0; first < rows.length; first += chunksAtOnce) {
    await insertChunks(ask, schema, extension, rows.slice(first, first + chunksAtOnce));
  }
  await countWords(ask, schema, rows);
  const length = rows.reduce((sum, row) => sum + row.length, 0);
  await ask(`UPDATE ${schema}.octavec SET documents = documents + $1, chunks = chunks + $2, words = words + $3`, [
    add.length - gone.documents,
    rows.length - gone.chunks,
    length - gone.words,
  ]);
}

interface Gone {
  readonly documents: number;
  readonly chunks: number;
  readonly words: number;
}

async function removeDocuments(ask: Ask, schema: string, ids: readonly string[]): Promise<Gone> {
  const [{ chunks, words }] = await ask<{ chunks: number; words: number }>(
    `WITH gone AS MATERIALIZED (
       SELECT c.words, c.length FROM ${schema}.chunks c JOIN ${schema}.documents d ON d.number = c.document WHERE d.id = ANY($1)
     ), held AS (SELECT word, count(*) AS chunks FROM gone, unnest(gone.words) AS word GROUP BY word),
     counted AS (UPDATE ${schema}.words w SET chunks = w.chunks - held.chunks FROM held WHERE held.word = w.word)
     SELECT count(*)::float8 AS chunks, COALESCE(sum(length), 0)::float8 AS words FROM gone`,
    [ids],
  );
  const removed = await ask(`DELETE FROM ${schema}.documents WHERE id = ANY($1) RETURNING number`, [ids]);
  return { documents: removed.length, chunks, words };
}

async function insertDocuments(ask: Ask, schema: string, add: readonly NewDocument[]): Promise<Map<string, string>> {
  const rows = add.map(({ id, hash, metadata }) => ({
    ...{ id: storable(id), hash, metadata: storableMetadata(metadata) },
  }));
  const numbered = await ask<{ number: string; id: string }>(
    `INSERT INTO ${schema}.documents (id, hash, metadata)
     SELECT id, hash, metadata FROM json_to_recordset($1) AS new (id text, hash text, metadata jsonb)
     RETURNING number::text, id`,
    [JSON.stringify(rows)],
  );
  return new Map(numbered.map(({ id, number }) => [id, number]));
}

interface ChunkRow {
  readonly document: string;
  readonly place: number;
  readonly words: readonly string[];
  readonly counts: readonly number[];
  /** Words that it has, each as often as it stands there. */
  readonly length: number;
  readonly embedding: string;
}

function chunkRows({ chunks, vectors: { data, columns } }: NewDocument, document: string): ChunkRow[] {
  return chunks.map((chunk, i) => {
    const { text, headings, lines, page } = chunk;
    const counts = new Map<string, number>();
    const words = wordsOf(textOfChunk(chunk)).map(storable);
    for (const word of words) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return {
      ...{ document, place: i + 1, text: storable(text), headings: headings?.map(storable), lines, page },
      ...{ words: [...counts.keys()], counts: [...counts.values()], length: words.length },
      embedding: vectorText(data.subarray(i * columns, (i + 1) * columns)),
    };
  });
}

async function insertChunks(ask: Ask, schema: string, extension: string, rows: readonly ChunkRow[]): Promise<void> {
  await ask(
    `INSERT INTO ${schema}.chunks (document, place, text, headings, lines, page, embedding, words, counts, length)
     SELECT document, place, text, headings, lines, page, embedding::${extension}.vector, words, counts, length
     FROM json_to_recordset($1) AS new (document bigint, place integer, text text, headings text[], lines integer[],
       page integer, embedding text, words text[], counts integer[], length integer)
     ORDER BY document, place`,
    [JSON.stringify(rows)],
  );
}

/** Counts for each word in how many chunks it stands. */
async function countWords(ask: Ask, schema: string, rows: readonly ChunkRow[]): Promise<void> {
  const chunks = new Map<string, number>();
  for (const word of rows.flatMap(({ words }) => words)) {
    chunks.set(word, (chunks.get(word) ?? 0) + 1);
  }
  await ask(
    `INSERT INTO ${schema}.words AS known (word, chunks) SELECT * FROM unnest($1::text[], $2::bigint[])
     ON CONFLICT (word) DO UPDATE SET chunks = known.chunks + excluded.chunks`,
    [[...chunks.keys()], [...chunks.values()]],
  );
}

/** Writes a vector as pgvector reads it: "[0.1,0.2]". */
export function vectorText(vector: Float32Array): string {
  return JSON.stringify(Array.from(vector));
}
