import { readFile } from 'node:fs/promises';
import Fastify from 'fastify';
import { version } from '../base/index.js';
import type { App } from './app.js';
import { schemaController } from './check-schema.js';

/** Files of the page, with their types. */
const files = new Map([
  ['swagger-ui.css', 'text/css'],
  ['swagger-ui-bundle.js', 'text/javascript'],
]);
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>octavec API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`;
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/**
 * Describes the API by OpenAPI 3.1, from the schemas that requests are checked with: `/openapi.json`, and `/docs` to
 * read it and try it out, without network. The description is made when somebody asks for it: what makes it takes as
 * long to load as the rest of the server.
 *
 * @param addRoutes adds all routes to a server
 * @param what what the API is for, in a sentence
 */
export function describeApi(app: App, addRoutes: (app: App) => void, what: string): void {
  let document: Promise<object> | undefined;
  for (const url of ['/openapi.json', '/api-doc/openapi.json']) {
    app.get(url, { schema: { hide: true } }, async () => {
      document ??= describe(addRoutes, what).catch((error: unknown) => {
        // Whoever asks next tries again.
        document = undefined;
        throw error;
      });
      return (await document) as never;
    });
  }
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
    return page;
  });
  app.get('/docs/start.js', { schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/javascript');
    return start;
  });
  for (const [name, type] of files) {
    app.get(`/docs/${name}`, { schema: { hide: true } }, async (_request, reply) => {
      reply.type(type);
      return readFile(new URL(`static/${name}`, import.meta.resolve('@fastify/swagger-ui')));
    });
  }
}

async function describe(addRoutes: (app: App) => void, description: string): Promise<object> {
  const [{ default: fastifySwagger }, { jsonSchemaTransform }] = await Promise.all([
    import('@fastify/swagger'),
    import('fastify-type-provider-zod'),
  ]);
  const app = Fastify({ schemaController });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'octavec',
        version,
        description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{}, { key: [] }],
    },
    transform: (route) => withNamedRest(jsonSchemaTransform(route)),
  });
  await app.register(async (routes) => addRoutes(routes as unknown as App));
  await app.ready();
  return app.swagger();
}

type Described = ReturnType<typeof import('fastify-type-provider-zod').jsonSchemaTransform>;

/**
 * Names the rest of a path as a parameter. Model names and document ids may have slashes, so fastify takes them as the
 * rest of a path, which OpenAPI does not have.
 */
function withNamedRest({ schema, url }: Described): Described {
  if (!url.endsWith('/*')) {
    return { schema, url };
  }
  const { properties } = schema.params as { properties: { '*': { title?: string } } };
  const { title: name = 'model' } = properties['*'];
  const params = { type: 'object', properties: { [name]: properties['*'] }, required: [name] };
  return { schema: { ...schema, params }, url: url.replace('*', `:${name}`) };
}
