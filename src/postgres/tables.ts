import { OctavecError } from '../base/index.js';
import type { IndexManifest, VectorKind, VectorKinds } from '../store/index.js';
import type { Ask } from './database.js';

/** Approximate indexes choose so many times as many candidates as are wanted. Chosen, not measured on large tables. */
export const kinds = { float16: 4, binary: 32, float32: 'exact' } as const satisfies VectorKinds;

/** Least version of pgvector: from this one on, filters leave as many results as are wanted. */
const leastVersion = [0, 8];
/** pgvector's own limits of what it indexes and of what it keeps. */
const mostDimensions: Readonly<Record<keyof typeof kinds, number>> = { float16: 4000, binary: 16_000, float32: 16_000 };
/** Rows of up to half a page stay in one piece, so that a scan needs no second look for each vector. */
const mostInline = 1000;

/** What tables are made for. */
export interface Layout {
  readonly schema: string;
  /** The schema that pgvector is in. */
  readonly extension: string;
  readonly dimensions: number;
  readonly kind: VectorKind;
}

/**
 * Each brings tables from its place in the list to the next version. Those that were released are never changed; new ones come at
 * the end.
 */
const migrations: readonly ((layout: Layout) => readonly string[])[] = [
  ({ schema, extension, dimensions, kind }) => [
    `CREATE TABLE ${schema}.octavec (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), version integer NOT NULL, manifest json NOT NULL,
      documents bigint NOT NULL DEFAULT 0, chunks bigint NOT NULL DEFAULT 0, words bigint NOT NULL DEFAULT 0)`,
    `CREATE TABLE ${schema}.documents (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text NOT NULL UNIQUE, hash text NOT NULL, metadata jsonb NOT NULL)`,
    `CREATE TABLE ${schema}.chunks (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      document bigint NOT NULL REFERENCES ${schema}.documents ON DELETE CASCADE, place integer NOT NULL,
      text text NOT NULL, headings text[], lines integer[], page integer,
      embedding ${extension}.vector(${dimensions}) NOT NULL,
      words text[] COLLATE "C" NOT NULL, counts integer[] NOT NULL, length integer NOT NULL,
      UNIQUE (document, place))`,
    ...(dimensions <= mostInline ? [`ALTER TABLE ${schema}.chunks ALTER COLUMN embedding SET STORAGE PLAIN`] : []),
    `CREATE INDEX ON ${schema}.chunks USING gin (words)`,
    `CREATE TABLE ${schema}.words (word text COLLATE "C" PRIMARY KEY, chunks bigint NOT NULL)`,
    ...(kind === 'float16'
      ? [
          `CREATE INDEX ON ${schema}.chunks USING hnsw ((embedding::${extension}.halfvec(${dimensions})) ${extension}.halfvec_ip_ops)`,
        ]
      : []),
    ...(kind === 'binary'
      ? [
          `CREATE INDEX ON ${schema}.chunks USING hnsw ((${extension}.binary_quantize(embedding)::bit(${dimensions})) ${extension}.bit_hamming_ops)`,
        ]
      : []),
  ],
];

/** What the row of an index says. */
export interface IndexRow {
  readonly version: number;
  readonly manifest: unknown;
  readonly documents: number;
  readonly chunks: number;
  /** Words of all chunks, each as often as it stands there. */
  readonly words: number;
}

/**
 * Reads the row that describes the index.
 *
 * @returns undefined where there is no index
 */
export async function readIndexRow(ask: Ask, schema: string, lock = false): Promise<IndexRow | undefined> {
  // to_regclass would answer from a cache that does not know yet what another connection has just made.
  const found = await ask(
    `SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = (parse_ident($1))[1] AND relname = 'octavec'`,
    [schema],
  );
  if (found.length === 0) {
    return undefined;
  }
  const [row] = await ask<IndexRow & Record<string, unknown>>(
    `SELECT version, manifest, documents::float8, chunks::float8, words::float8 FROM ${schema}.octavec${lock ? ' FOR UPDATE' : ''}`,
  );
  return row;
}

/**
 * Checks the version of the tables.
 *
 * @throws STORE_FAILED where a newer octavec has made the tables
 */
export function checkVersion(name: string, { version }: Pick<IndexRow, 'version'>): void {
  if (version > migrations.length) {
    const why = `its tables are of version ${version}, and this octavec knows up to ${migrations.length}. Install a newer octavec`;
    throw new OctavecError('STORE_FAILED', { name, what: 'read', why });
  }
}

/**
 * Brings the tables of an index to the version of today, from none at all as well. The transaction must hold the lock of
 * {@link lockTables}.
 */
export async function migrateTables(ask: Ask, layout: Layout, from: number): Promise<void> {
  for (const statements of migrations.slice(from)) {
    for (const statement of statements(layout)) {
      await ask(statement);
    }
  }
  if (from > 0 && from < migrations.length) {
    await ask(`UPDATE ${layout.schema}.octavec SET version = $1`, [migrations.length]);
  }
}

/** Makes an index without documents. */
export async function createIndex(ask: Ask, schema: string, manifest: IndexManifest, extension: string): Promise<void> {
  const { vectors: kind, model } = manifest;
  const { dimensions } = model;
  const most = mostDimensions[kind as keyof typeof kinds];
  if (dimensions > most) {
    throw new OctavecError('USAGE', {
      problem: `pgvector takes ${kind} vectors of up to ${most} dimensions, and the model gives ${dimensions}`,
      hint:
        kind === 'float16' ? 'Make the index with --vectors binary or float32, or with fewer --dimensions.' : undefined,
    });
  }
  await ask(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await migrateTables(ask, { schema, extension, dimensions, kind }, 0);
  await ask(`INSERT INTO ${schema}.octavec (version, manifest) VALUES ($1, $2)`, [
    migrations.length,
    JSON.stringify(manifest),
  ]);
}

/** Processes that make or alter tables do so one after the other. */
export async function lockTables(ask: Ask): Promise<void> {
  await ask(`SELECT pg_advisory_xact_lock(hashtext('octavec tables'))`);
}

/**
 * Returns the schema of pgvector's types and operators.
 *
 * @returns undefined where it is not set up
 * @throws STORE_FAILED for a version that is too old
 */
export async function extensionSchema(ask: Ask, name: string): Promise<string | undefined> {
  const [found] = await ask<{ schema: string; version: string }>(
    `SELECT quote_ident(nspname) AS schema, extversion AS version
     FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'vector'`,
  );
  if (found === undefined) {
    return undefined;
  }
  const [major, minor] = found.version.split('.').map(Number);
  if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1])) {
    const why = `its pgvector is ${found.version}, and ${leastVersion.join('.')} is needed. Install that, then run ALTER EXTENSION vector UPDATE`;
    throw new OctavecError('STORE_FAILED', { name, what: 'read', why });
  }
  return found.schema;
}
