import { type TracerProvider, trace } from '@opentelemetry/api';
import Fastify from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import { observeRequests } from './observe.js';

const registration = Symbol.for('opentelemetry.js.api.1');
const world = globalThis as unknown as Record<symbol, unknown>;
afterEach(() => {
  trace.disable();
  delete world[registration];
});

async function appOf(isLogged: boolean) {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const app = Fastify({
    logger: { level: 'info', stream },
    logController: new Fastify.LogController({ disableRequestLogging: true }),
  });
  await observeRequests(app, isLogged);
  app.get('/models/:id', async () => 'text of the answer');
  app.get('/broken', async () => {
    throw new Error('broken');
  });
  return { app, lines };
}

test('a request is a line with its route, and nothing that it says or gets', async () => {
  const { app, lines } = await appOf(true);
  await app.inject({ url: '/models/secret%0aname?key=hidden' });
  await app.inject({ url: '/nowhere?key=hidden' });
  const told = lines.filter(({ msg }) => msg === 'request');
  expect(told).toMatchObject([
    { method: 'GET', path: '/models/:id', status: 200, ms: expect.any(Number), reqId: expect.any(String) },
    { method: 'GET', path: '/nowhere', status: 404 },
  ]);
  expect(JSON.stringify(told)).not.toMatch(/secret|hidden|text of the answer/);
});

test('nothing is done where nobody looks', async () => {
  const { app, lines } = await appOf(false);
  await app.inject({ url: '/models/a' });
  expect(lines.filter(({ msg }) => msg === 'request')).toEqual([]);
});

test('where an SDK is registered, a request is a span of its route, and says of itself that it failed', async () => {
  const spans: unknown[][] = [];
  const tracer = {
    startSpan: (name: string, { startTime }: { startTime: number }) => {
      const calls: unknown[] = [name];
      spans.push(calls);
      expect(startTime).toBeLessThanOrEqual(Date.now());
      return {
        setAttributes: (attributes: Record<string, unknown>) => calls.push(attributes['http.response.status_code']),
        setStatus: ({ code }: { code: number }) => calls.push(`status ${code}`),
        end: vi.fn(() => calls.push('ended')),
      };
    },
  };
  trace.setGlobalTracerProvider({ getTracer: () => tracer } as unknown as TracerProvider);
  const { app } = await appOf(false);
  await app.inject({ url: '/models/a' });
  await app.inject({ url: '/broken' });
  expect(spans).toEqual([
    ['GET /models/:id', 200, 'ended'],
    ['GET /broken', 500, 'status 2', 'ended'],
  ]);
});
