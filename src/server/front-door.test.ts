import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Problem } from '../http/index.js';
import type { ServerContext } from './context.js';
import { guardDoor } from './front-door.js';

interface Setting {
  readonly hasRoom?: (bytes: number) => boolean;
  readonly maxConnections?: number;
}

/** Starts a server that answers "inside" to whoever comes through the door. */
async function house({ hasRoom = () => true, maxConnections = 10 }: Setting = {}) {
  const told: unknown[] = [];
  const server = createServer((_, response) => response.end('inside'));
  const context = {
    admission: {
      hasRoomFor: (bytes: number) => {
        told.push(bytes);
        return hasRoom(bytes);
      },
    },
    limits: { maxConnections, payloadLimit: 1000 },
    metrics: { failure: ({ kind }: Problem) => told.push(kind) },
  } as unknown as ServerContext;
  guardDoor(server, context, {
    headersFor: ({ headers: { origin = '' } }) => ({ 'access-control-allow-origin': origin }),
    onRefused: ({ url }) => told.push(`refused ${url}`),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ask = (method: string, path: string, body?: string, headers: Record<string, string | number> = {}) =>
    new Promise<{ status?: number; headers: IncomingMessage['headers']; text: string }>((resolve, reject) => {
      const asking = request({ port, host: '127.0.0.1', method, path, headers, agent: false }, async (response) => {
        let text = '';
        for await (const part of response) {
          text += part;
        }
        resolve({ status: response.statusCode, headers: response.headers, text });
      });
      asking.on('error', reject);
      asking.end(body);
    });
  return { ask, told };
}

test('whoever there is room for comes in, by what is announced or else by the longest that is allowed', async () => {
  const { ask, told } = await house();
  expect(await ask('POST', '/embed', 'abc', { 'content-length': 3 })).toMatchObject({ status: 200, text: 'inside' });
  expect((await ask('POST', '/embed', 'abc', { 'transfer-encoding': 'chunked' })).text).toBe('inside');
  expect(told).toEqual([3, 1000]);
});

test('only what has a body is asked at the door', async () => {
  const { ask, told } = await house({ hasRoom: () => false });
  expect((await ask('GET', '/health')).text).toBe('inside');
  expect(told).toEqual([]);
});

describe('who is refused is told so in the words of the API', () => {
  test.each([
    ['/embed', { error: 'Model is overloaded', error_type: 'Overloaded' }],
    ['/v1/embeddings', { error: { message: 'Model is overloaded', type: 'rate_limit_error' } }],
    ['/api/embed?x=1', { error: 'Model is overloaded' }],
    ['/v2/embed', { message: 'Model is overloaded' }],
  ])('%s', async (path, words) => {
    const { ask, told } = await house({ hasRoom: () => false });
    const { status, headers, text } = await ask('POST', path, '{}', { 'content-length': 2 });
    expect([status, headers['retry-after'], headers['content-type']]).toEqual([429, '1', 'application/json']);
    expect(JSON.parse(text)).toMatchObject(words);
    expect(told).toEqual([2, 'overloaded', `refused ${path}`]);
  });

  test('of a large body nothing is read, and its connection is closed', async () => {
    const { ask } = await house({ hasRoom: () => false });
    const { status, headers } = await ask('POST', '/embed', undefined, { 'content-length': 100_000 });
    expect([status, headers.connection]).toEqual([429, 'close']);
  });

  test.each([2, 100_000])('a page of another origin may read it, of a body of %i bytes', async (length) => {
    const { ask } = await house({ hasRoom: () => false });
    const { status, headers } = await ask('POST', '/embed', length === 2 ? '{}' : undefined, {
      'content-length': length,
      origin: 'https://page.example',
    });
    expect([status, headers['access-control-allow-origin']]).toEqual([429, 'https://page.example']);
  });

  test('too many connections are too many, whatever room there is', async () => {
    const { ask } = await house({ maxConnections: 0 });
    const { status, text } = await ask('POST', '/embed', '{}', { 'content-length': 2 });
    expect([status, JSON.parse(text).error]).toEqual([429, 'Too many connections']);
  });
});
