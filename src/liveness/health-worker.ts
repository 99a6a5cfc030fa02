import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cannotListen } from '../base/index.js';
import { serveCalls } from '../threads/index.js';
import type { AnsweringProbes } from './health-listener.js';

/** An event loop that has not turned for so long has stopped: what the server does in one turn takes milliseconds. */
const stoppedMs = 10_000;

/** A probe is short. Whoever takes longer, or holds many connections, is none. */
const probeMs = 5000;
const mostConnections = 64;

serveCalls<AnsweringProbes>(async ({ host, port, pulse }) => {
  const limits = { headersTimeout: probeMs, requestTimeout: probeMs, connectionsCheckingInterval: 1000 };
  const server = createServer({ ...limits, keepAliveTimeout: probeMs }, ({ url = '' }, response) => {
    const path = url.split('?')[0];
    const silentMs = Number(process.hrtime.bigint() - Atomics.load(pulse, 0)) / 1e6;
    if (path !== '/health') {
      response.writeHead(404).end('This port answers /health alone.\n');
    } else if (silentMs > stoppedMs) {
      response.writeHead(503).end(`The server has not answered for ${Math.round(silentMs / 1000)} s.\n`);
    } else {
      response.writeHead(200).end();
    }
  });
  server.maxConnections = mostConnections;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(`${host}:${port} for probes`, error);
  }
  return {
    ready: (server.address() as AddressInfo).port,
    answers: {},
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
});
