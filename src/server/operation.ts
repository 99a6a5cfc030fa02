import { z } from 'zod';
import { Problem } from '../http/index.js';
import type { App, ServerContext } from './context.js';

const tags = ['Operation'];
const nothing = z.string();

/** Adds the routes `/health` (the process answers), `/ready` (the first model embeds a text), `/metrics`. */
export function operationRoutes(app: App, { shelf, metrics }: ServerContext): void {
  for (const url of ['/health', '/ping']) {
    app.get(
      url,
      { schema: { tags, summary: 'Answer while the process is alive', response: { 200: nothing } } },
      async () => '',
    );
  }
  app.get('/ready', { schema: { tags, summary: 'Embed a text, to show that requests can be served' } }, async () => {
    if (!shelf.first.isLoaded) {
      throw new Problem('loading', `the model ${shelf.first.name} is being loaded`);
    }
    const { first } = shelf;
    if (first.files?.task !== undefined) {
      await shelf.useClassifier(first, (classifier) => classifier.classify(['ready?']));
      return { status: 'ready', model: first.name } as never;
    }
    const { data } = await shelf.use(first, (embedder) => embedder.embed(['ready?']));
    return { status: 'ready', model: first.name, dimensions: data.length } as never;
  });
  app.get('/metrics', { schema: { tags, summary: 'Metrics for Prometheus' } }, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}
