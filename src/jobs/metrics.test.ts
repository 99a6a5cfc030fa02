import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { serveMetrics } from './metrics.js';

async function takenPort(): Promise<{ port: number; close: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
}

test('attempts are counted by what became of them, rows and seconds summed', async () => {
  const { port, close } = await takenPort();
  await expect(serveMetrics(port, 'job')).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(`port ${port}`),
  });
  close();
  const metrics = await serveMetrics(port, 'job');
  metrics.count({ shard: 0, state: 'done', rows: 100, seconds: 2 });
  metrics.count({ shard: 1, state: 'done', rows: 50, seconds: 20 });
  metrics.count({ shard: 2, state: 'failed', rows: 0, seconds: 1, reason: 'crashed' });
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toContain('octavec_shards_total{state="done",job="job"} 2');
  expect(text).toContain('octavec_shards_total{state="failed",job="job"} 1');
  expect(text).toContain('octavec_rows_total{job="job"} 150');
  expect(text).toContain('octavec_shard_seconds_bucket{le="5",job="job"} 2');
  expect(text).toContain('octavec_shard_seconds_sum{job="job"} 23');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  await metrics.close();
});
