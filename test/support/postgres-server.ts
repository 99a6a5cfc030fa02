import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite/vector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

export interface PostgresServer {
  /** The address of an index. */
  url(index: string): string;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL with pgvector in this process, asked over its own protocol. OCTAVEC_TEST_POSTGRES names another one to test with,
 * without an index: postgres://user@host/database.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env.OCTAVEC_TEST_POSTGRES;
  if (given !== undefined) {
    return { url: (index) => `${given}?index=${index}`, stop: async () => undefined };
  }
  const db = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 32 });
  await server.start();
  const port = server.getServerConn().split(':').at(-1);
  return {
    url: (index) => `postgres://postgres:not-shown@127.0.0.1:${port}/postgres?index=${index}`,
    stop: async () => {
      await server.stop();
      await db.close();
    },
  };
}
