import { EventEmitter } from 'node:events';
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { OctavecError } from '../base/index.js';
import { Database } from './database.js';

/** A pool with one connection. What it is asked is noted, and fails where `failing` says so. */
const pool = {
  asked: [] as string[],
  failing: {} as Record<string, unknown>,
  client: undefined as unknown as EventEmitter,
  released: [] as unknown[],
  options: undefined as unknown,
};

async function query(sql: string, values: readonly unknown[] = []) {
  pool.asked.push([sql, ...values].join(' '));
  if (sql in pool.failing) {
    throw pool.failing[sql];
  }
  return { rows: [{ sql }] };
}

class FakePool extends EventEmitter {
  readonly query = query;

  constructor(options: unknown) {
    super();
    pool.options = options;
  }

  async connect() {
    if ('connect' in pool.failing) {
      throw pool.failing.connect;
    }
    const release = (problem: unknown) => pool.released.push(problem);
    pool.client = Object.assign(new EventEmitter(), { query, release });
    return pool.client;
  }

  async end() {
    pool.asked.push('end');
  }
}

// Files of tests share a process: a mock of the module would come after others have loaded it.
const realPool = pg.Pool;
Object.assign(pg, { Pool: FakePool });
afterAll(() => {
  Object.assign(pg, { Pool: realPool });
});

const place = { connection: 'postgres://me:secret@h/d', schema: '"docs"', shown: 'postgres://me@h/d?index=docs' };
let database: Database;
beforeEach(async () => {
  Object.assign(pool, { asked: [], failing: {}, released: [] });
  database = await Database.open(place);
});

test('a question has its values, and its rows come back', async () => {
  expect(await database.ask('SELECT $1', [7])).toEqual([{ sql: 'SELECT $1' }]);
  expect(pool.asked).toEqual(['SELECT $1 7']);
  expect(pool.options).toMatchObject({ connectionString: place.connection, application_name: 'octavec' });
});

describe('a transaction', () => {
  test('is committed when its work is done', async () => {
    expect(await database.transaction('write', async (ask) => (await ask('INSERT $1', ['x'])).length)).toBe(1);
    expect(pool.asked).toEqual(['BEGIN', 'INSERT $1 x', 'COMMIT']);
    expect(pool.released).toEqual([undefined]);
  });

  test('is undone where its work fails, and the connection is used again', async () => {
    pool.failing = { BAD: new Error('relation is not there') };
    const failed = database.transaction('write', (ask) => ask('BAD'));
    await expect(failed).rejects.toMatchObject({ code: 'STORE_FAILED', details: { what: 'write', name: place.shown } });
    expect(pool.asked).toEqual(['BEGIN', 'BAD', 'ROLLBACK']);
    expect(pool.released).toEqual([undefined]);
  });

  test("gives octavec's own errors as they are", async () => {
    const own = new OctavecError('INDEX_NOT_FOUND', { path: 'x' });
    await expect(database.transaction('read', () => Promise.reject(own))).rejects.toBe(own);
  });

  test('whose commit fails says so', async () => {
    pool.failing = { COMMIT: new Error('could not serialize') };
    await expect(database.transaction('write', async () => 1)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(pool.asked.at(-1)).toBe('ROLLBACK');
  });

  test('throws a connection away that cannot even undo', async () => {
    const gone = new Error('Connection terminated');
    pool.failing = { BAD: gone, ROLLBACK: gone };
    await expect(database.transaction('write', (ask) => ask('BAD'))).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(pool.released).toEqual([gone]);
  });

  test('outlives a connection that breaks meanwhile: while it works nobody else listens to its errors', async () => {
    await database.transaction('write', async () => {
      expect(pool.client.emit('error', new Error('Connection terminated unexpectedly'))).toBe(true);
    });
    expect(pool.client.listenerCount('error')).toBe(0);
    await database.transaction('read', () => Promise.reject(new Error('failed'))).catch(() => undefined);
    expect(pool.client.listenerCount('error')).toBe(0);
  });
});

describe('what fails', () => {
  test('to connect is told with its address, without the password', async () => {
    const refused = Object.assign(new Error('all failed'), { errors: [new Error('connect ECONNREFUSED 127.0.0.1:1')] });
    pool.failing = { connect: refused, 'SELECT 1': refused };
    for (const asked of [database.ask('SELECT 1'), database.transaction('read', async () => 1)]) {
      const error = await asked.catch((problem: Error) => problem as OctavecError);
      expect(error).toMatchObject({ code: 'STORE_FAILED', details: { why: 'connect ECONNREFUSED 127.0.0.1:1' } });
      expect((error as Error).message).not.toContain('secret');
    }
  });

  test("comes with the database's own advice", async () => {
    pool.failing = { BAD: Object.assign(new Error('no such function.'), { hint: 'Add casts.' }) };
    await expect(database.ask('BAD')).rejects.toMatchObject({ details: { why: 'no such function. Add casts' } });
  });
});

test('closing ends the pool', async () => {
  await database.close();
  expect(pool.asked).toEqual(['end']);
});
