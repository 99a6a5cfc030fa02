/**
 * What is used of `@lancedb/lancedb`, which brings hundreds of megabytes and is no part of this project's own installation. As its
 * documentation of version 0.31 has it.
 */
export interface Lance {
  connect(uri: string, options: { readonly readConsistencyInterval: number }): Promise<LanceConnection>;
  makeArrowTable(rows: readonly object[], options: { readonly schema: unknown }): object;
  readonly Index: {
    btree(): object;
    fts(options: object): object;
    hnswSq(options: { readonly distanceType: 'cosine' }): object;
    ivfRq(options: { readonly distanceType: 'cosine' }): object;
  };
  readonly MatchQuery: new (query: string, column: string) => object;
}

export interface LanceConnection {
  tableNames(): Promise<string[]>;
  openTable(name: string): Promise<LanceTable>;
  createEmptyTable(name: string, schema: unknown): Promise<LanceTable>;
  createTable(name: string, rows: readonly object[], options: { readonly mode: 'overwrite' }): Promise<LanceTable>;
  close(): void;
}

export interface LanceTable {
  schema(): Promise<unknown>;
  query(): LanceQuery;
  countRows(where: string): Promise<number>;
  delete(where: string): Promise<unknown>;
  mergeInsert(key: string): LanceMerge;
  createIndex(column: string, options: { readonly config: object }): Promise<void>;
  listIndices(): Promise<readonly { readonly columns: readonly string[] }[]>;
  optimize(options: { readonly cleanupOlderThan: Date }): Promise<unknown>;
  stats(): Promise<{
    readonly totalBytes: number;
    readonly numRows: number;
    readonly fragmentStats: { readonly numFragments: number };
  }>;
  close(): void;
}

export interface LanceQuery {
  where(condition: string): this;
  select(columns: readonly string[]): this;
  limit(rows: number): this;
  fullTextSearch(query: object): this;
  nearestTo(vector: Float32Array): LanceVectorQuery;
  // biome-ignore lint/suspicious/noExplicitAny: rows have the columns that were asked for.
  toArray(): Promise<any[]>;
}

export interface LanceVectorQuery extends LanceQuery {
  column(name: string): this;
  distanceType(type: 'cosine'): this;
  bypassVectorIndex(): this;
  /** Sets how many times as many candidates are compared by their whole vectors. */
  refineFactor(factor: number): this;
}

interface LanceMerge {
  whenMatchedUpdateAll(): this;
  whenNotMatchedInsertAll(): this;
  whenNotMatchedBySourceDelete(options: { readonly where: string }): this;
  execute(rows: object): Promise<unknown>;
}

/** The classes of Apache Arrow that describe a table. */
export interface Arrow {
  readonly Schema: new (fields: readonly object[]) => object;
  readonly Field: new (name: string, type: object, nullable: boolean) => object;
  readonly Utf8: new () => object;
  readonly Int32: new () => object;
  readonly Float32: new () => object;
  readonly FixedSizeList: new (length: number, field: object) => object;
}
