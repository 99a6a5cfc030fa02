import type { Arrow, Lance, LanceConnection, LanceQuery, LanceTable } from '../../src/lancedb/lance-api.js';
import type { Row } from '../../src/lancedb/rows.js';
import { type SqlRow, sqlTest } from './lance-sql.js';

/** What is kept of a table, and what was done with it. */
export interface MemoryTable {
  rows: SqlRow[];
  readonly schema?: unknown;
  readonly indexes: string[];
}

/** A database of LanceDB in memory, as far as octavec uses it. `calls` are the steps of queries and changes, in their order. */
export class MemoryLance {
  readonly tables = new Map<string, MemoryTable>();
  readonly calls: string[] = [];
  open = 0;
  /** Thrown by whatever asks for a table. */
  failure: unknown;

  readonly packages = {
    lance: async () => this.#lance(),
    arrow: async () => arrow,
  };

  #lance(): Lance {
    const named = (name: string) => () => ({ name });
    return {
      connect: async () => this.#connection(),
      makeArrowTable: (rows) => rows,
      Index: { btree: named('btree'), fts: named('fts'), hnswSq: named('hnswSq'), ivfRq: named('ivfRq') },
      MatchQuery: class {
        constructor(
          readonly query: string,
          readonly column: string,
        ) {}
      },
    };
  }

  #connection(): LanceConnection {
    this.open++;
    return {
      tableNames: async () => {
        if (this.failure !== undefined) {
          throw this.failure;
        }
        return [...this.tables.keys()];
      },
      openTable: async (name) => this.#table(this.tables.get(name) as MemoryTable),
      createEmptyTable: async (name, schema) => {
        const table = { rows: [], schema, indexes: [] };
        this.tables.set(name, table);
        return this.#table(table);
      },
      createTable: async (name, rows) => {
        const table = { rows: [...rows] as SqlRow[], indexes: [] };
        this.tables.set(name, table);
        return this.#table(table);
      },
      close: () => void this.open--,
    };
  }

  #table(table: MemoryTable): LanceTable {
    const matching = (where: string) => table.rows.filter(sqlTest(where));
    return {
      schema: async () => table.schema,
      query: () => this.#query(table, []),
      countRows: async (where) => matching(where).length,
      delete: async (where) => {
        this.calls.push(`delete ${where}`);
        const gone = new Set(matching(where));
        table.rows = table.rows.filter((row) => !gone.has(row));
      },
      mergeInsert: (key) => {
        const steps: string[] = [];
        let replaced: (row: SqlRow) => boolean = () => false;
        const merge = {
          whenMatchedUpdateAll: () => noted(steps, 'update', merge),
          whenNotMatchedInsertAll: () => noted(steps, 'insert', merge),
          whenNotMatchedBySourceDelete: ({ where }: { readonly where: string }) => {
            replaced = sqlTest(where);
            steps.push(`delete ${where}`);
            return merge;
          },
          execute: async (rows: object) => {
            const come = rows as readonly Row[];
            this.calls.push(steps.join(', '));
            const keys = new Set<unknown>(come.map((row) => row[key as keyof Row]));
            const stay = table.rows.filter((row) => !keys.has(row[key]) && !replaced(row));
            table.rows = [...stay, ...(come as unknown as readonly SqlRow[])];
          },
        };
        return merge;
      },
      createIndex: async (column) => void table.indexes.push(column),
      listIndices: async () => table.indexes.map((column) => ({ columns: [column] })),
      optimize: async () => undefined,
      stats: async () => ({ totalBytes: 77, numRows: table.rows.length, fragmentStats: { numFragments: 1 } }),
      close: () => undefined,
    };
  }

  #query(table: MemoryTable, asked: readonly string[]): LanceQuery {
    const log = [...asked];
    let rows: readonly SqlRow[] = table.rows;
    let most = Number.POSITIVE_INFINITY;
    let columns: readonly string[] | undefined;
    let scored = (given: readonly SqlRow[]): readonly SqlRow[] => given;
    const query = {
      where: (condition: string) => {
        rows = rows.filter(sqlTest(condition));
        return query;
      },
      select: (names: readonly string[]) => {
        columns = names;
        return query;
      },
      limit: (limit: number) => {
        most = limit;
        return query;
      },
      fullTextSearch: (wanted: { readonly query: string; readonly column: string }) => {
        const words = wanted.query.split(' ');
        const score = (row: SqlRow) => {
          const own = String(row[wanted.column]).split(' ');
          return words.filter((word) => own.includes(word)).length;
        };
        scored = (given) =>
          given
            .map((row) => ({ ...row, _score: score(row) }))
            .filter(({ _score }) => _score > 0)
            .sort((a, b) => b._score - a._score);
        return query;
      },
      nearestTo: (vector: Float32Array) => {
        const distance = (row: SqlRow) =>
          1 - (row.vector as Float32Array).reduce((sum, value, i) => sum + value * vector[i], 0);
        scored = (given) =>
          given.map((row) => ({ ...row, _distance: distance(row) })).sort((a, b) => a._distance - b._distance);
        return query;
      },
      column: (name: string) => noted(log, `column ${name}`, query),
      distanceType: (type: string) => noted(log, type, query),
      bypassVectorIndex: () => noted(log, 'every row', query),
      refineFactor: (factor: number) => noted(log, `refine ${factor}`, query),
      toArray: async () => {
        if (log.length > 0) {
          this.calls.push(log.join(', '));
        }
        return scored(rows)
          .slice(0, most)
          .map((row) => {
            const names = columns ?? Object.keys(row);
            const given = Object.fromEntries(names.map((name) => [name, row[name]]));
            return 'vector' in given ? { ...given, vector: given.vector && { toArray: () => given.vector } } : given;
          });
      },
    };
    return query as unknown as LanceQuery;
  }
}

const arrow = {
  Schema: class {
    constructor(readonly fields: readonly object[]) {}
  },
  Field: class {
    constructor(
      readonly name: string,
      readonly type: object,
      readonly nullable: boolean,
    ) {}
  },
  Utf8: class {},
  Int32: class {},
  Float32: class {},
  FixedSizeList: class {
    constructor(
      readonly length: number,
      readonly field: object,
    ) {}
  },
} satisfies Arrow;

/** Notes a step of a chain, and gives what the chain goes on with. */
function noted<T>(steps: string[], step: string, next: T): T {
  steps.push(step);
  return next;
}
