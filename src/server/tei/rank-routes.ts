import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Problem } from '../../http/index.js';
import { shortNumbers } from '../../numbers/index.js';
import { rankedTexts } from '../../rerank/index.js';
import { type App, overLongOf, type ServerContext, scoreFor } from '../context.js';
import { checkSize, inTeisWords } from './checks.js';
import { scoreLabel } from './describe-model.js';
import * as schemas from './schemas.js';

const tags = ['Text Embeddings Inference'];

type Ranking = Pick<z.output<typeof schemas.rerankRequest>, 'truncate' | 'truncation_direction' | 'raw_scores'>;

/** Adds TEI's routes for cross-encoders, served by the first model that is one. */
export function teiRankRoutes(app: App, context: ServerContext): void {
  const { shelf, limits } = context;
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };

  async function scoresOf(query: string, texts: readonly string[], asked: Ranking, reply: FastifyReply) {
    const side = /left/i.test(asked.truncation_direction) ? 'left' : undefined;
    const how = {
      activation: asked.raw_scores ? ('identity' as const) : ('sigmoid' as const),
      ...overLongOf(context, asked.truncate, side),
    };
    const model = await shelf.findReranker();
    const { scores } = await scoreFor(context, model, { query, texts, ...how }, reply).catch((error) =>
      Promise.reject(inTeisWords(error)),
    );
    return scores;
  }

  app.post(
    '/rerank',
    {
      schema: {
        tags,
        summary: 'Rank texts by a query',
        body: schemas.rerankRequest,
        response: { 200: schemas.rerankResponse, ...errors },
      },
    },
    async (request, reply) => {
      const { query, texts, return_text } = request.body;
      if (texts.length === 0) {
        throw new Problem('empty', '`texts` cannot be empty');
      }
      checkSize(texts.length, limits.maxClientBatchSize);
      const scores = await scoresOf(query, texts, request.body, reply);
      const shown = shortNumbers(scores);
      return rankedTexts(texts, scores).map(({ index, text }) => ({
        index,
        score: shown[index],
        ...(return_text && { text }),
      }));
    },
  );

  app.post(
    '/predict',
    {
      schema: {
        tags,
        summary: 'Score pairs of texts',
        body: schemas.predictRequest,
        response: { 200: schemas.predictResponse, ...errors },
      },
    },
    async (request, reply) => {
      const { inputs } = request.body;
      // A pair and a list of two texts look the same; TEI takes it for a pair.
      const isPair = typeof inputs !== 'string' && typeof inputs[0] === 'string';
      const pairs = (typeof inputs === 'string' ? [[inputs]] : isPair ? [inputs] : inputs) as string[][];
      if (pairs.length === 0) {
        throw new Problem('empty', '`inputs` cannot be empty');
      }
      checkSize(pairs.length, limits.maxClientBatchSize);
      const model = await shelf.findReranker();
      const files = await model.describe();
      if (files.task !== 'rerank') {
        throw new Problem('unsupported', 'Model is not a classifier model');
      }
      if (pairs.some(({ length }) => length !== 2)) {
        throw new Problem('invalid', '`inputs` must be pairs of texts: the model scores a text by a query', 'inputs');
      }
      const scores = await Promise.all(
        pairs.map(async ([query, text]) => shortNumbers(await scoresOf(query, [text], request.body, reply))[0]),
      );
      const predictions = scores.map((score) => [{ score, label: scoreLabel(files) }]);
      return isPair ? predictions[0] : predictions;
    },
  );
}
