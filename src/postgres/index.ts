/**
 * Documents, chunks and vectors in PostgreSQL with pgvector.
 *
 * @module
 */
export { isPostgresAddress, type PostgresPlace, postgresPlace } from './address.js';
export { filterSql, Parameters } from './filter-sql.js';
export { PostgresStore } from './postgres-store.js';
