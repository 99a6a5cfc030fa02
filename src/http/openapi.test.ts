import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { App } from './app.js';
import { schemaController } from './check-schema.js';
import { describeApi } from './openapi.js';

function appOf(addRoutes: (app: App) => void) {
  const app = Fastify({ schemaController });
  describeApi(app as unknown as App, addRoutes, 'What it is for.');
  return async (url: string) => {
    const { statusCode, body } = await app.inject({ url });
    return { statusCode, body: statusCode === 200 && url.endsWith('.json') ? JSON.parse(body) : body };
  };
}

test('a description that failed is made again when it is asked for', async () => {
  let tries = 0;
  const get = appOf(() => {
    tries++;
    if (tries === 1) {
      throw new Error('no memory');
    }
  });
  expect((await get('/openapi.json')).statusCode).toBe(500);
  expect((await get('/openapi.json')).statusCode).toBe(200);
  await get('/api-doc/openapi.json');
  expect(tries).toBe(2);
});

test('routes are described by their schemas; the rest of a path has a name, and hidden ones are left out', async () => {
  const get = appOf((app) => {
    const params = z.object({ '*': z.string().meta({ title: 'id' }) });
    const answer = z.object({ sum: z.int() });
    app.post(
      '/add/*',
      { schema: { params, body: z.object({ by: z.int().min(1) }), response: { 200: answer } } },
      async () => ({ sum: 1 }),
    );
    app.get('/hidden', { schema: { hide: true } }, async () => '');
  });
  const { body } = await get('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(Object.keys(body.paths)).toEqual(['/add/{id}']);
  const { parameters, requestBody, responses } = body.paths['/add/{id}'].post;
  expect(parameters).toMatchObject([{ name: 'id', in: 'path', required: true }]);
  expect(requestBody.content['application/json'].schema).toMatchObject({
    required: ['by'],
    properties: { by: { type: 'integer', minimum: 1 } },
  });
  expect(responses[200].content['application/json'].schema.properties.sum.type).toBe('integer');
});

test('the page loads nothing from elsewhere', async () => {
  const get = appOf(() => undefined);
  const { body } = await get('/docs');
  const loaded = [...String(body).matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path);
  expect(loaded.length).toBe(3);
  for (const path of loaded) {
    expect(path).toMatch(/^\/docs\//);
    expect([path, (await get(path)).statusCode]).toEqual([path, 200]);
  }
});
