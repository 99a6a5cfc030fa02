import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { OctavecError, optionalPackage, reasonOf } from '../base/index.js';
import type { PostgresPlace } from './address.js';

/** Searches of one process that are answered at the same time. */
const connections = 4;
const connectMs = 15_000;

/** Asks in the middle of a transaction, or outside of one. */
export type Ask = <Row extends QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** Connections to a database; its errors are octavec's, and hold no password. */
export class Database {
  readonly #pool: Pool;
  readonly #name: string;

  private constructor(pool: Pool, name: string) {
    this.#pool = pool;
    this.#name = name;
  }

  /**
   * Opens a pool of connections.
   *
   * @throws PACKAGE_MISSING
   */
  static async open({ connection, shown }: PostgresPlace): Promise<Database> {
    const { default: pg } = await optionalPackage(() => import('pg'), 'pg', 'An index in PostgreSQL');
    const pool = new pg.Pool({
      ...{ connectionString: connection, application_name: 'octavec', max: connections },
      ...{ connectionTimeoutMillis: connectMs, allowExitOnIdle: true },
    });
    // A connection that breaks while nobody uses it is replaced at the next question.
    pool.on('error', () => undefined);
    return new Database(pool, shown);
  }

  /** @throws STORE_FAILED */
  readonly ask: Ask = async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
    try {
      return (await this.#pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw this.#failure('read', error);
    }
  };

  /**
   * Does something as a whole or not at all.
   *
   * @throws STORE_FAILED, and what `work` throws
   */
  async transaction<Result>(what: 'read' | 'write', work: (ask: Ask) => Promise<Result>): Promise<Result> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw this.#failure(what, error);
    }
    let broken: Error | undefined;
    // The pool listens only to connections that nobody uses; an error that nobody hears would end the process. What is asked next fails.
    const heard = () => undefined;
    client.on('error', heard);
    try {
      await client.query('BEGIN');
      const result = await work(async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
        return (await client.query<Row>(sql, [...values])).rows;
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((problem: Error) => {
        broken = problem;
      });
      throw error instanceof OctavecError ? error : this.#failure(what, error);
    } finally {
      client.off('error', heard);
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  #failure(what: 'read' | 'write', error: unknown): OctavecError {
    const { errors, hint } = error as { readonly errors?: readonly unknown[]; readonly hint?: string };
    // Node tries all addresses of a host, and says nothing but that all have failed.
    const why = [reasonOf(errors?.[0] ?? error), hint].filter(Boolean).join('. ').replace(/\.$/, '');
    return new OctavecError('STORE_FAILED', { name: this.#name, what, why }, error);
  }
}
