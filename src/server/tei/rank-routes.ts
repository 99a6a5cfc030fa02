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

type Rerank = z.output<typeof schemas.rerankRequest>;
type Predict = z.output<typeof schemas.predictRequest>;
type Ranking = Pick<Rerank, 'truncate' | 'truncation_direction' | 'raw_scores'>;

/** What TEI does with cross-encoders. */
export interface RankTasks {
  readonly rerank: (asked: Rerank, reply: FastifyReply) => Promise<z.input<typeof schemas.rerankResponse>>;
  readonly predict: (asked: Predict, reply: FastifyReply) => Promise<z.input<typeof schemas.predictResponse>>;
}

/** Returns TEI's tasks for cross-encoders, done by the first model that is one. */
export function rankTasks(context: ServerContext): RankTasks {
  const { shelf, limits } = context;

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

  async function rerank(asked: Rerank, reply: FastifyReply) {
    const { query, texts, return_text } = asked;
    if (texts.length === 0) {
      throw new Problem('empty', '`texts` cannot be empty');
    }
    checkSize(texts.length, limits.maxClientBatchSize);
    const scores = await scoresOf(query, texts, asked, reply);
    const shown = shortNumbers(scores);
    return rankedTexts(texts, scores).map(({ index, text }) => ({
      index,
      score: shown[index],
      ...(return_text && { text }),
    }));
  }

  async function predict(asked: Predict, reply: FastifyReply) {
    const { inputs } = asked;
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
      pairs.map(async ([query, text]) => shortNumbers(await scoresOf(query, [text], asked, reply))[0]),
    );
    const predictions = scores.map((score) => [{ score, label: scoreLabel(files) }]);
    return isPair ? predictions[0] : predictions;
  }

  return { rerank, predict };
}

/** Adds TEI's routes for cross-encoders. */
export function teiRankRoutes(app: App, { rerank, predict }: RankTasks): void {
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };
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
    async (request, reply) => rerank(request.body, reply),
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
    async (request, reply) => predict(request.body, reply),
  );
}
