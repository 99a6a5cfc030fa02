import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { version } from '../../base/index.js';
import { Problem } from '../../http/index.js';
import type { App, ServerContext } from '../context.js';
import { describeModel } from './describe-model.js';
import { type EmbedTasks, embedTasks } from './embed-tasks.js';
import { hostedRoutes, vectorsAsJson } from './hosted-routes.js';
import { rankTasks, teiRankRoutes } from './rank-routes.js';
import { errors, tags, teiRoute } from './route-schema.js';
import * as schemas from './schemas.js';
import { tokenRoutes } from './token-routes.js';

/** Adds the routes of Text Embeddings Inference, for the first of the served models. */
export function teiRoutes(app: App, context: ServerContext): void {
  const embedding = embedTasks(context);
  const ranking = rankTasks(context);
  embedRoutes(app, embedding);
  tokenRoutes(app, context);
  teiRankRoutes(app, ranking);
  hostedRoutes(app, context, { ...embedding, ...ranking });
  infoRoute(app, context);
}

function embedRoutes(app: App, { embed, embedAll, similarity }: EmbedTasks): void {
  const json = (reply: FastifyReply, body: string | Readable) => {
    reply.type('application/json');
    return body as never;
  };
  app.post('/embed', teiRoute('Embed inputs', schemas.embedRequest, schemas.embedResponse), async (request, reply) =>
    json(reply, vectorsAsJson(await embed(request.body, reply))),
  );

  app.post(
    '/embed_all',
    teiRoute('Embed every token of inputs', schemas.embedAllRequest, schemas.embedAllResponse),
    async (request, reply) => json(reply, await embedAll(request.body, reply)),
  );

  app.post(
    '/similarity',
    teiRoute('Compare a sentence with others', schemas.similarityRequest, schemas.similarityResponse),
    async (request, reply) => json(reply, await similarity(request.body, reply)),
  );

  app.post(
    '/embed_sparse',
    { schema: { tags, summary: 'Not for these models: 424', body: schemas.embedAllRequest, response: errors } },
    async () => {
      throw new Problem('unsupported', 'Model is not an embedding model with SPLADE pooling');
    },
  );
}

function infoRoute(app: App, context: ServerContext): void {
  const { shelf, limits } = context;
  app.get(
    '/info',
    {
      schema: {
        tags,
        summary: 'Describe the model and its limits',
        response: { 200: schemas.infoResponse, ...errors },
      },
    },
    async () => {
      const model = shelf.first;
      const files = await model.describe();
      return {
        ...describeModel(model, files),
        max_concurrent_requests: limits.maxConcurrentRequests,
        max_input_length: files.maxTokens,
        max_batch_tokens: limits.maxWaitingTokens,
        max_batch_requests: null,
        max_client_batch_size: limits.maxClientBatchSize,
        auto_truncate: context.autoTruncate,
        tokenization_workers: 1,
        version,
        sha: null,
        docker_label: null,
      };
    },
  );
}
