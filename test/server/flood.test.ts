import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serverForTest } from '../support/http-server.js';

/** What keeps the server small and quick when too much comes. The flood itself is run by test/long/server-flood.test.ts. */

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

function headOf(path: string, length: number): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
}

async function nextAnswer(socket: Socket): Promise<string> {
  const [bytes] = await once(socket, 'data');
  return String(bytes);
}

test('a large body that there is no room for is refused by its head, in the words of its API; a small one keeps its connection', async () => {
  const server = await serverForTest({ limits: { maxConcurrentRequests: 0 } });
  for (const [path, words] of [
    ['/v1/embeddings', '"code":"rate_limit_exceeded"'],
    ['/embed', '"error_type":"Overloaded"'],
    ['/api/embed', '{"error":"Model is overloaded"}'],
    ['/v2/embed', '{"message":"Model is overloaded"}'],
  ]) {
    const socket = open(server.url);
    socket.write(headOf(path, 1_500_000));
    const answer = await nextAnswer(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
    expect(answer).toMatch(/\r\nretry-after: 1\r\n/);
    expect(answer).toMatch(/\r\nconnection: close\r\n/);
    expect(answer).toContain(words);
    await once(socket, 'close');
  }
  expect((await server.get('/health')).status).toBe(200);
  expect((await server.get('/metrics')).body).toContain('te_request_failure{err="overloaded"} 4');
  // The connection of a small body stays.
  const socket = open(server.url);
  for (let i = 0; i < 2; i++) {
    socket.write(`${headOf('/v1/embeddings', 13)}{"input":"a"}`);
    const answer = await nextAnswer(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).not.toMatch(/connection: close/i);
  }
});

test('connections beyond the limit are told so, and /health answers them', async () => {
  const server = await serverForTest({ limits: { maxConnections: 1 } });
  const first = open(server.url);
  first.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await nextAnswer(first)).toMatch(/^HTTP\/1\.1 200 /);
  const second = open(server.url);
  second.write(`${headOf('/v1/embeddings', 13)}{"input":"a"}`);
  expect(await nextAnswer(second)).toMatch(/^HTTP\/1\.1 429 [\s\S]*Too many connections/);
  second.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await nextAnswer(second)).toMatch(/^HTTP\/1\.1 200 /);
});

test('long answers are written piece by piece, and hold the same vectors', async () => {
  const server = await serverForTest();
  const texts = Array.from({ length: 90 }, (_, i) => `word ${i}`);
  const long = await server.post('/v1/embeddings', { input: texts });
  expect([long.status, long.headers.get('content-length')]).toEqual([200, null]);
  const short = await server.post('/v1/embeddings', { input: texts, encoding_format: 'base64' });
  expect(Number(short.headers.get('content-length'))).toBeGreaterThan(90 * 2048);
  const numbersOf = (base64: string) => {
    const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
    return new Float32Array(bytes.buffer);
  };
  expect(long.body.data).toHaveLength(90);
  long.body.data.forEach(({ embedding, index }: { embedding: number[]; index: number }, i: number) => {
    expect(index).toBe(i);
    const same = numbersOf(short.body.data[i].embedding);
    expect(Math.max(...embedding.map((x, j) => Math.abs(x - same[j])))).toBeLessThan(1e-5);
  });
  const model = 'all-MiniLM-L6-v2';
  const lists = await server.post('/api/embed', { model, input: texts });
  expect(lists.body.embeddings.map((one: number[]) => one.length)).toEqual(Array(90).fill(384));
  const both = { model, texts, input_type: 'search_document', embedding_types: ['float', 'base64'] };
  const { float, base64 } = (await server.post('/v2/embed', both)).body.embeddings;
  expect([float.length, base64.length, float[89].length]).toEqual([90, 90, 384]);
  expect(numbersOf(base64[89])).toEqual(Float32Array.from(float[89]));
  const states = await server.post('/embed_all', { inputs: ['a b c', 'word '.repeat(100)] });
  expect(states.body.map((rows: number[][]) => rows.length)).toEqual([5, 102]);
});
