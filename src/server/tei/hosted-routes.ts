import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { listAnswer, parsed } from '../../http/index.js';
import { shortNumbersAsJson } from '../../numbers/index.js';
import type { App, ServerContext } from '../context.js';
import type { EmbedTasks } from './embed-tasks.js';
import type { RankTasks } from './rank-routes.js';
import { errors, tags } from './route-schema.js';
import * as schemas from './schemas.js';

/**
 * Adds the routes that hosts of models call, which do not say what is asked for: `/` and `/invocations` do what the
 * first model is for, `/vertex` does so for each of several requests, as TEI does. Sentences to compare are told by
 * their form; TEI has to be started for them.
 */
export function hostedRoutes(
  app: App,
  { shelf }: ServerContext,
  { embed, similarity, rerank, predict }: Pick<EmbedTasks, 'embed' | 'similarity'> & RankTasks,
): void {
  const task = async () => (await shelf.first.describe()).task;
  const classes = async (asked: unknown, reply: FastifyReply) =>
    JSON.stringify(await predict(parsed(schemas.predictRequest, asked), reply));

  for (const url of ['/', '/invocations']) {
    app.post(url, { schema: { hide: true, body: z.unknown() } }, async (request, reply) => {
      reply.type('application/json');
      switch (await task()) {
        case 'rerank':
          return JSON.stringify(await rerank(parsed(schemas.rerankRequest, request.body), reply));
        case 'classify':
          return classes(request.body, reply);
      }
      const sentences = schemas.similarityRequest.safeParse(request.body);
      return sentences.success
        ? similarity(sentences.data, reply)
        : vectorsAsJson(await embed(parsed(schemas.embedRequest, request.body), reply));
    });
  }

  /** Does what a request of Vertex AI asks for: its form tells a ranking, and the model the rest. */
  async function predictionOf(instance: unknown, reply: FastifyReply): Promise<string> {
    const ranking = schemas.rerankRequest.safeParse(instance);
    if (ranking.success) {
      return JSON.stringify(await rerank(ranking.data, reply));
    }
    if ((await task()) !== undefined) {
      return classes(instance, reply);
    }
    const vectors = await embed(parsed(schemas.embedRequest, instance), reply);
    return `[${vectors.map((one) => shortNumbersAsJson(one)).join(',')}]`;
  }

  app.post(
    '/vertex',
    {
      schema: {
        tags,
        summary: 'Embed, rank or score, for Vertex AI',
        body: z.object({
          instances: z
            .array(z.record(z.string(), z.unknown()))
            .describe('Requests to /rerank; or those to /embed, or /predict of a classifier or cross-encoder'),
        }),
        response: {
          200: z.object({
            predictions: z.array(z.union([schemas.embedResponse, schemas.rerankResponse, schemas.predictResponse])),
          }),
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const predictions: string[] = [];
      for (const instance of request.body.instances) {
        predictions.push(await predictionOf(instance, reply));
      }
      reply.type('application/json');
      return listAnswer('{"predictions":[', predictions, (one) => one, ']}') as never;
    },
  );
}

/** Writes vectors as a list of lists of numbers. */
export function vectorsAsJson(vectors: readonly Float32Array[]): string | Readable {
  return listAnswer('[', vectors, (vector) => shortNumbersAsJson(vector), ']');
}
