import { OctavecError } from '../base/index.js';
import type { Metadata } from '../documents/index.js';
import type { Matrix } from '../numbers/index.js';
import {
  checkLayout,
  type Hit,
  type IndexManifest,
  type Store,
  type StoreChange,
  type StoredChunk,
  type StoreFacts,
  storedManifest,
  type TextQuery,
  type VectorQuery,
} from '../store/index.js';
import type { PostgresPlace } from './address.js';
import { type Ask, Database } from './database.js';
import { matchingHits, nearestHits, type Tables } from './find.js';
import { storable } from './storable.js';
import {
  checkVersion,
  createIndex,
  extensionSchema,
  type IndexRow,
  kinds,
  lockTables,
  migrateTables,
  readIndexRow,
} from './tables.js';
import { applyChange } from './write.js';

/**
 * An index in a schema of PostgreSQL with pgvector. Each change is a transaction. Any number of processes change and search it;
 * changes of one index come one after the other.
 */
export class PostgresStore implements Store {
  readonly kinds = kinds;
  readonly #database: Database;
  readonly #place: PostgresPlace;
  #tables: Tables | undefined;

  private constructor(database: Database, place: PostgresPlace) {
    this.#database = database;
    this.#place = place;
  }

  /**
   * Opens the store.
   *
   * @throws STORE_FAILED, PACKAGE_MISSING
   */
  static async open(place: PostgresPlace): Promise<PostgresStore> {
    const store = new PostgresStore(await Database.open(place), place);
    try {
      await store.readManifest();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async readManifest(): Promise<IndexManifest | undefined> {
    const row = await readIndexRow(this.#database.ask, this.#place.schema);
    return row && this.#manifestOf(row);
  }

  async writeManifest(manifest: IndexManifest): Promise<void> {
    const { schema, shown } = this.#place;
    await this.#database.transaction('write', async (ask) => {
      await lockTables(ask);
      const row = await readIndexRow(ask, schema, true);
      if (row === undefined) {
        await createIndex(ask, schema, manifest, await neededExtension(ask, shown));
        return;
      }
      checkLayout(shown, this.#manifestOf(row), manifest);
      await ask(`UPDATE ${schema}.octavec SET manifest = $1`, [JSON.stringify(manifest)]);
    });
  }

  async hashes(): Promise<ReadonlyMap<string, string>> {
    if ((await this.readManifest()) === undefined) {
      return new Map();
    }
    const rows = await this.#database.ask<{ id: string; hash: string }>(
      `SELECT id, hash FROM ${this.#place.schema}.documents`,
    );
    return new Map(rows.map(({ id, hash }) => [id, hash]));
  }

  async apply(change: StoreChange): Promise<void> {
    const { schema } = this.#place;
    const tables = await this.#asked();
    await this.#database.transaction('write', async (ask) => {
      const row = await readIndexRow(ask, schema, true);
      if (row === undefined) {
        throw new OctavecError('INDEX_NOT_FOUND', { path: this.#place.shown });
      }
      checkVersion(this.#place.shown, row);
      await migrateTables(ask, tables, row.version);
      await applyChange(ask, schema, tables.extension, change);
    });
  }

  async nearest(query: VectorQuery): Promise<readonly Hit[]> {
    return nearestHits(this.#database, await this.#asked(), query);
  }

  matching(query: TextQuery): Promise<readonly Hit[]> {
    return matchingHits(this.#database.ask, this.#place.schema, query);
  }

  async chunks(refs: readonly string[]): Promise<readonly (StoredChunk | undefined)[]> {
    const rows = await this.#chunkRows('c.number = ANY($1::bigint[])', refs);
    const found = new Map(rows.map((row) => [row.ref, storedChunk(row)]));
    return refs.map((ref) => found.get(ref));
  }

  async vectors(refs: readonly string[]): Promise<Matrix> {
    const { schema, dimensions: columns } = await this.#asked();
    const rows = await this.#database.ask<{ ref: string; embedding: string }>(
      `SELECT number::text AS ref, embedding::text FROM ${schema}.chunks WHERE number = ANY($1::bigint[])`,
      [refs],
    );
    const found = new Map(rows.map(({ ref, embedding }) => [ref, JSON.parse(embedding) as number[]]));
    const data = new Float32Array(refs.length * columns);
    for (const [i, ref] of refs.entries()) {
      data.set(found.get(ref) ?? [], i * columns);
    }
    return { data, rows: refs.length, columns };
  }

  async document(id: string): Promise<readonly StoredChunk[]> {
    if ((await this.readManifest()) === undefined) {
      return [];
    }
    return (await this.#chunkRows('d.id = $1', storable(id))).map(storedChunk);
  }

  async facts(): Promise<StoreFacts> {
    const { ask } = this.#database;
    const { schema } = this.#place;
    const row = await readIndexRow(ask, schema);
    if (row === undefined) {
      return { documents: 0, chunks: 0 };
    }
    const [{ bytes }] = await ask<{ bytes: number }>(
      `SELECT sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)))::float8 AS bytes FROM pg_tables WHERE schemaname = (parse_ident($1))[1]`,
      [schema],
    );
    return { documents: row.documents, chunks: row.chunks, bytes };
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Returns the tables that queries read, which do not change as long as the index exists. */
  async #asked(): Promise<Tables> {
    if (this.#tables === undefined) {
      const { schema, shown } = this.#place;
      const manifest = await this.readManifest();
      const extension = await extensionSchema(this.#database.ask, shown);
      if (manifest === undefined || extension === undefined) {
        throw new OctavecError('INDEX_NOT_FOUND', { path: shown });
      }
      const { vectors: kind, model } = manifest;
      this.#tables = { schema, extension, dimensions: model.dimensions, kind };
    }
    return this.#tables;
  }

  #manifestOf(row: IndexRow): IndexManifest {
    checkVersion(this.#place.shown, row);
    return storedManifest(this.#place.shown, row.manifest);
  }

  #chunkRows(condition: string, value: unknown): Promise<ChunkRow[]> {
    const { schema } = this.#place;
    return this.#database.ask<ChunkRow>(
      `SELECT c.number::text AS ref, c.place, c.text, c.headings, c.lines, c.page, d.id AS document, d.metadata
       FROM ${schema}.chunks c JOIN ${schema}.documents d ON d.number = c.document WHERE ${condition} ORDER BY c.place`,
      [value],
    );
  }
}

type ChunkRow = {
  readonly ref: string;
  readonly place: number;
  readonly text: string;
  readonly headings: string[] | null;
  readonly lines: [number, number] | null;
  readonly page: number | null;
  readonly document: string;
  readonly metadata: Metadata;
};

function storedChunk({ place, text, headings, lines, page, document, metadata }: ChunkRow): StoredChunk {
  return {
    ...{ id: `${document}#${place}`, document, metadata, text },
    ...{ ...(headings && { headings }), ...(lines && { lines }), ...(page !== null && { page }) },
  };
}

async function neededExtension(ask: Ask, name: string): Promise<string> {
  const known = await extensionSchema(ask, name);
  if (known !== undefined) {
    return known;
  }
  await ask('CREATE EXTENSION IF NOT EXISTS vector');
  const made = await extensionSchema(ask, name);
  if (made === undefined) {
    throw new OctavecError('STORE_FAILED', { name, what: 'write', why: 'CREATE EXTENSION vector had no effect' });
  }
  return made;
}
