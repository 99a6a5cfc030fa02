import fastifyCors from '@fastify/cors';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { crossOriginHeaders, exposedHeaders } from './cross-origin.js';

const page = 'https://page.example';

test('without origins that may call, nothing is said', () => {
  expect(crossOriginHeaders({ origin: page }, undefined)).toEqual({});
});

test.each([
  [['*'], page, '*'],
  [['*'], undefined, '*'],
  [['https://a.example', '*'], page, '*'],
  [[page], page, page],
  [['https://a.example', page], page, page],
  [[page], 'https://page.example.evil', undefined],
  [[page], 'http://page.example', undefined],
  [[page], 'null', undefined],
  [[page], undefined, undefined],
  [[], page, undefined],
])('of %j, a page of %s may read: %s, as with the plugin for all other answers', async (origins, origin, allowed) => {
  const own = crossOriginHeaders({ origin }, origins);
  expect(own['access-control-allow-origin']).toBe(allowed);
  const app = Fastify();
  await app.register(fastifyCors, { origin: origins.includes('*') ? '*' : origins, exposedHeaders });
  app.get('/', async () => '');
  const { headers } = await app.inject({ url: '/', headers: { ...(origin !== undefined && { origin }) } });
  const names = ['access-control-allow-origin', 'access-control-expose-headers', 'vary'];
  expect(own).toEqual(Object.fromEntries(names.flatMap((name) => (name in headers ? [[name, headers[name]]] : []))));
  await app.close();
});
