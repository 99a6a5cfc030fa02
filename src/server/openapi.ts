import fastifySwagger from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { version } from '../base/index.js';
import type { App } from './context.js';

/**
 * Describes the API by OpenAPI 3.1, from the schemas that requests are checked with: `/openapi.json`, and `/docs` to
 * read it and try it out. The page comes with the package and needs no network.
 */
export async function describeApi(app: App): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'octavec',
        version,
        description:
          'Embeddings of a proven model, in the APIs of OpenAI, Text Embeddings Inference, Ollama and Cohere.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{}, { key: [] }],
    },
    transform: jsonSchemaTransform,
  });
  for (const url of ['/openapi.json', '/api-doc/openapi.json']) {
    app.get(url, { schema: { hide: true } }, async () => app.swagger() as never);
  }
  // Nobody may open the page: it is loaded when that happens.
  await app.register(async (pages) => {
    const { default: fastifySwaggerUi } = await import('@fastify/swagger-ui');
    await pages.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: true });
  });
}
