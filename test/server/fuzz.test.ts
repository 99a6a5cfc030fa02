import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serverForTest } from '../support/http-server.js';
import { type JsonSchema, valuesOf } from '../support/schema-arbitrary.js';

/** `npm run test:long` sends more. */
const requests = Number(process.env.OCTAVEC_TEST_REQUESTS ?? 500);

interface Operation {
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: JsonSchema } } };
}

test('whatever the own document allows, and what is near it, is answered, and is no failure', async () => {
  const log: string[] = [];
  const server = await serverForTest({ log: { write: (line) => log.push(line) }, logLevel: 'error' });
  const { body: document } = await server.get('/openapi.json');
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const calls = fc.oneof(
    ...operations.map(({ path, method, operation }) => {
      const schema = operation.requestBody?.content['application/json'].schema;
      const body = schema === undefined ? fc.constant(undefined) : valuesOf(schema, document, 12);
      const place = fc.string({ maxLength: 8 }).map((part) => path.replaceAll(/\{.*?\}/g, encodeURIComponent(part)));
      return fc.record({ path: place, method: fc.constant(method), body });
    }),
  );
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(calls, async ({ path, method, body }) => {
      const { status } = method === 'get' ? await server.get(path) : await server.post(path, body);
      expect([status < 500, log]).toEqual([true, []]);
      answered++;
    }),
    { numRuns: requests, timeout: 20_000, interruptAfterTimeLimit: 3600_000 },
  );
  expect(answered).toBe(requests);
  expect((await server.get('/ready')).status).toBe(200);
}, 3600_000);
