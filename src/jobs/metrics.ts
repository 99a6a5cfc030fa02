import { createServer, type Server } from 'node:http';
import { Counter, Histogram, Registry } from 'prom-client';
import { OctavecError, reasonOf } from '../base/index.js';
import type { ShardEvent } from './work.js';

/** Figures of a worker, for Prometheus to fetch. */
export interface WorkerMetrics {
  /** Counts an attempt. */
  readonly count: (event: ShardEvent) => void;
  close(): Promise<void>;
}

/**
 * Serves the figures of a worker at `/metrics`.
 *
 * @throws USAGE if the port cannot be had
 */
export async function serveMetrics(port: number, job: string): Promise<WorkerMetrics> {
  const registry = new Registry();
  registry.setDefaultLabels({ job });
  const registers = [registry];
  const shards = new Counter({
    name: 'octavec_shards_total',
    help: 'Attempts at shards by what became of them.',
    labelNames: ['state'] as const,
    registers,
  });
  const rows = new Counter({ name: 'octavec_rows_total', help: 'Rows that were embedded and committed.', registers });
  const seconds = new Histogram({
    name: 'octavec_shard_seconds',
    help: 'Seconds that an attempt at a shard took.',
    buckets: [1, 5, 15, 60, 300, 900, 3600],
    registers,
  });
  const server = createServer(async ({ url }, response) => {
    const isKnown = url === '/metrics';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': isKnown ? registry.contentType : 'text/plain' });
    response.end(isKnown ? await registry.metrics() : 'Ask for /metrics.\n');
  });
  await listen(server, port);
  return {
    count: (event) => {
      shards.inc({ state: event.state });
      rows.inc(event.rows);
      seconds.observe(event.seconds);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const problem = `The metrics cannot be served on port ${port}: ${reasonOf(error)}`;
      reject(new OctavecError('USAGE', { problem, hint: 'Choose another port.' }));
    });
    server.listen(port, resolve);
    server.unref();
  });
}
