import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.js';

/** Requests as clients of other projects send them, recorded by bench/server-clients.mjs. */
interface ClientRequest {
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/client-requests.json', import.meta.url), 'utf8'),
) as ClientRequest[];

const texts = ['A cat sits on the mat.', 'Ein Hund schläft.'];
let server: TestServer;
let expected: number[][];
beforeAll(async () => {
  server = await startServer();
  expected = (await server.post('/embed', { inputs: texts })).body;
});
afterAll(() => server.close());

const names = recorded.map(({ client, method, path }, i) => [`${client}, ${i}: ${method} ${path}`, i] as const);

test.each(names)('%s', async (_, i) => {
  const { method, path, headers, body: sent } = recorded[i];
  const { status, body } =
    method === 'GET' ? await server.get(path, headers) : await server.post(path, sent ?? '', headers);
  const asked = sent === undefined ? {} : JSON.parse(sent);
  if (asked.model === 'none') {
    expect([status, body.error.code]).toEqual([404, 'model_not_found']);
    return;
  }
  expect(status).toBe(200);
  if (path === '/similarity') {
    expect(body[0]).toBeCloseTo(1, 5);
    return;
  }
  const given: unknown = asked.input ?? asked.inputs ?? asked.prompt ?? [];
  const vectors = vectorsOf(body);
  expect(vectors).toHaveLength([given].flat().length);
  for (const [j, vector] of vectors.entries()) {
    const cut = expected[j].slice(0, asked.dimensions);
    const length = Math.hypot(...cut);
    expect(Math.max(...cut.map((value, k) => Math.abs(value / length - vector[k])))).toBeLessThan(1e-6);
  }
});

/** The vectors of an answer, whatever its protocol; none where it holds none. */
function vectorsOf(body: Record<string, unknown> | number[][]): number[][] {
  if (Array.isArray(body)) {
    return body;
  }
  const { data = [], embedding, embeddings = embedding === undefined ? [] : [embedding] } = body;
  const ofOpenAi = (data as { embedding?: string | number[] }[]).flatMap((one) =>
    one.embedding === undefined ? [] : [numbersOf(one.embedding)],
  );
  return ofOpenAi.length > 0 ? ofOpenAi : (embeddings as number[][]);
}

function numbersOf(embedding: string | number[]): number[] {
  if (typeof embedding !== 'string') {
    return embedding;
  }
  const bytes = Buffer.from(embedding, 'base64');
  return Array.from(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
}
