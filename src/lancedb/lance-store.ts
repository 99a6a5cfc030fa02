import { existsSync } from 'node:fs';
import { OctavecError, optionalPackage, reasonOf } from '../base/index.js';
import type { Matrix } from '../numbers/index.js';
import {
  checkLayout,
  type Filter,
  type Hit,
  type IndexManifest,
  type Store,
  type StoreChange,
  type StoredChunk,
  type StoreFacts,
  storedManifest,
  type TextQuery,
  type VectorQuery,
  wordsOf,
} from '../store/index.js';
import type { LancePlace } from './address.js';
import { filterSql } from './filter-sql.js';
import type { Arrow, Lance, LanceConnection, LanceTable } from './lance-api.js';
import { chunkColumns, type Row, rowSchema, rowsOf, type StoredRow, storedChunk } from './rows.js';
import { textList } from './sql.js';
import { distanceType, indexTable, keepUp, kinds } from './upkeep.js';

const what = 'An index in LanceDB';
// Names in variables, so that nobody needs the packages to compile this.
const lanceName: string = '@lancedb/lancedb';
const arrowName: string = 'apache-arrow';

/** How the packages are loaded that are no part of this project's own installation. */
export interface LancePackages {
  lance(): Promise<Lance>;
  arrow(): Promise<Arrow>;
}

const installed: LancePackages = {
  lance: () => optionalPackage<Lance>(() => import(lanceName), lanceName, what),
  arrow: () => optionalPackage<Arrow>(() => import(arrowName), arrowName, what),
};

/**
 * An index in a folder or bucket of LanceDB. All rows stand in one table, so that a change is one commit; several processes may
 * write, and whoever comes second repeats its commit.
 */
export class LanceStore implements Store {
  readonly kinds = kinds;
  readonly #lance: Lance;
  readonly #packages: LancePackages;
  readonly #place: LancePlace;
  #connection: LanceConnection | undefined;
  #table: LanceTable | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(lance: Lance, packages: LancePackages, place: LancePlace) {
    this.#lance = lance;
    this.#packages = packages;
    this.#place = place;
  }

  /**
   * Opens the store.
   *
   * @throws PACKAGE_MISSING, STORE_FAILED
   */
  static async open(place: LancePlace, packages = installed): Promise<LanceStore> {
    // It warns of every table that it makes.
    process.env.LANCEDB_LOG ??= 'error';
    const store = new LanceStore(await packages.lance(), packages, place);
    await store.readManifest();
    return store;
  }

  readManifest(): Promise<IndexManifest | undefined> {
    return this.#guarded('read', async () => {
      const { folder } = this.#place;
      if (folder !== undefined && !existsSync(folder)) {
        return undefined;
      }
      const connection = await this.#connect();
      if (!(await connection.tableNames()).includes('octavec')) {
        return undefined;
      }
      const table = await connection.openTable('octavec');
      const [row] = await table.query().toArray();
      table.close();
      return storedManifest(this.#place.shown, parsed(row?.manifest));
    });
  }

  writeManifest(manifest: IndexManifest): Promise<void> {
    return this.#inTurn(async () => {
      const known = await this.readManifest();
      if (known !== undefined) {
        checkLayout(this.#place.shown, known, manifest);
      }
      const connection = await this.#connect();
      if (!(await connection.tableNames()).includes('chunks')) {
        const schema = rowSchema(await this.#packages.arrow(), manifest.model.dimensions);
        const table = await connection.createEmptyTable('chunks', schema);
        await indexTable(this.#lance, table);
        table.close();
      }
      await connection.createTable('octavec', [{ manifest: JSON.stringify(manifest) }], { mode: 'overwrite' });
    });
  }

  async hashes(): Promise<ReadonlyMap<string, string>> {
    return this.#guarded('read', async () => {
      const table = await this.#openTable();
      const rows = (await table?.query().where('place <= 1').select(['document', 'hash']).toArray()) ?? [];
      return new Map(rows.map(({ document, hash }: Row) => [document, hash]));
    });
  }

  apply({ remove, add }: StoreChange): Promise<void> {
    return this.#inTurn(async () => {
      const { table, manifest } = await this.#written();
      const documents = new Map(add.map((document) => [document.id, document]));
      const rows = [...documents.values()].flatMap(rowsOf);
      const touched = [...remove, ...documents.keys()];
      if (touched.length === 0) {
        return;
      }
      const where = `document IN ${textList(touched)}`;
      if (rows.length === 0) {
        await table.delete(where);
      } else {
        await table
          .mergeInsert('id')
          .whenMatchedUpdateAll()
          .whenNotMatchedInsertAll()
          .whenNotMatchedBySourceDelete({ where })
          .execute(this.#lance.makeArrowTable(rows, { schema: await table.schema() }));
      }
      await keepUp(this.#lance, table, manifest.vectors);
    });
  }

  nearest({ vector, top, filter, rescore }: VectorQuery): Promise<readonly Hit[]> {
    return this.#guarded('read', async () => {
      const { table } = await this.#written();
      let query = table.query().nearestTo(vector).distanceType(distanceType).column('vector').limit(top);
      query = rescore === 'exact' ? query.bypassVectorIndex() : query.refineFactor(Math.ceil(rescore));
      const rows = await query.where(searched(filter)).select(['id', '_distance']).toArray();
      return rows.map(({ id, _distance }: { readonly id: string; readonly _distance: number }) => ({
        ref: id,
        score: 1 - _distance,
      }));
    });
  }

  matching({ text, top, filter }: TextQuery): Promise<readonly Hit[]> {
    return this.#guarded('read', async () => {
      const words = [...new Set(wordsOf(text))];
      const { table } = await this.#written();
      if (words.length === 0) {
        return [];
      }
      const wanted = new this.#lance.MatchQuery(words.join(' '), 'words');
      const query = table.query().fullTextSearch(wanted).where(searched(filter)).limit(top);
      const rows = await query.select(['id', '_score']).toArray();
      return rows.map(({ id, _score }: { readonly id: string; readonly _score: number }) => ({
        ref: id,
        score: _score,
      }));
    });
  }

  async chunks(refs: readonly string[]): Promise<readonly (StoredChunk | undefined)[]> {
    const rows = await this.#rows(refs, chunkColumns);
    return refs.map((ref) => {
      const row = rows.get(ref);
      return row && storedChunk(row);
    });
  }

  async vectors(refs: readonly string[]): Promise<Matrix> {
    const { manifest } = await this.#written();
    const { dimensions: columns } = manifest.model;
    const rows = await this.#rows(refs, ['id', 'vector']);
    const data = new Float32Array(refs.length * columns);
    for (const [i, ref] of refs.entries()) {
      data.set(rows.get(ref)?.vector?.toArray() ?? [], i * columns);
    }
    return { data, rows: refs.length, columns };
  }

  document(id: string): Promise<readonly StoredChunk[]> {
    return this.#guarded('read', async () => {
      const table = await this.#openTable();
      const where = `document IN ${textList([id])} AND place > 0`;
      const rows: Row[] = (await table?.query().where(where).select(chunkColumns).toArray()) ?? [];
      return rows.sort((a, b) => a.place - b.place).map(storedChunk);
    });
  }

  facts(): Promise<StoreFacts> {
    return this.#guarded('read', async () => {
      const table = await this.#openTable();
      if (table === undefined) {
        return { documents: 0, chunks: 0 };
      }
      const [documents, chunks, stats] = await Promise.all([
        table.countRows('place <= 1'),
        table.countRows('place > 0'),
        table.stats(),
      ]);
      return { documents, chunks, bytes: stats.totalBytes };
    });
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    this.#table?.close();
    this.#connection?.close();
  }

  async #connect(): Promise<LanceConnection> {
    // Every question sees what others have committed.
    this.#connection ??= await this.#lance.connect(this.#place.uri, { readConsistencyInterval: 0 });
    return this.#connection;
  }

  async #openTable(): Promise<LanceTable | undefined> {
    if (this.#table === undefined && (await this.readManifest()) !== undefined) {
      this.#table = await (await this.#connect()).openTable('chunks');
    }
    return this.#table;
  }

  async #written(): Promise<{ readonly table: LanceTable; readonly manifest: IndexManifest }> {
    const [manifest, table] = [await this.readManifest(), await this.#openTable()];
    if (table === undefined || manifest === undefined) {
      throw new OctavecError('INDEX_NOT_FOUND', { path: this.#place.shown });
    }
    return { table, manifest };
  }

  async #rows(refs: readonly string[], columns: string[]): Promise<ReadonlyMap<string, StoredRow>> {
    return this.#guarded('read', async () => {
      const { table } = await this.#written();
      const where = `id IN ${textList(refs)}`;
      const rows: StoredRow[] = refs.length === 0 ? [] : await table.query().where(where).select(columns).toArray();
      return new Map(rows.map((row) => [row.id, row]));
    });
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#turn.catch(() => undefined).then(() => this.#guarded('write', change));
    this.#turn = done;
    return done;
  }

  async #guarded<Result>(kind: 'read' | 'write', work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof OctavecError
        ? error
        : new OctavecError('STORE_FAILED', { name: this.#place.shown, what: kind, why: reasonOf(error) }, error);
    }
  }
}

/** Writes which rows are searched: chunks, of documents that pass a filter. */
function searched(filter: Filter | undefined): string {
  return filter === undefined ? 'place > 0' : `place > 0 AND ${filterSql(filter)}`;
}

/** Parses JSON; returns undefined for what is none. */
function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
