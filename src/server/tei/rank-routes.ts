import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Problem } from '../../http/index.js';
import { shortNumbers } from '../../numbers/index.js';
import { type ClassifierInput, rankedTexts } from '../../rerank/index.js';
import { type App, classifyFor, overLongOf, type ServerContext, scoreFor } from '../context.js';
import { checkSize, inTeisWords } from './checks.js';
import { teiRoute } from './route-schema.js';
import * as schemas from './schemas.js';

type Rerank = z.output<typeof schemas.rerankRequest>;
type Predict = z.output<typeof schemas.predictRequest>;
type Ranking = Pick<Rerank, 'truncate' | 'truncation_direction' | 'raw_scores'>;

/** What TEI does with classifiers and cross-encoders. */
export interface RankTasks {
  readonly rerank: (asked: Rerank, reply: FastifyReply) => Promise<z.input<typeof schemas.rerankResponse>>;
  readonly predict: (asked: Predict, reply: FastifyReply) => Promise<z.input<typeof schemas.predictResponse>>;
}

/** Returns TEI's tasks for classifiers and cross-encoders, done by the first model that is one. */
export function rankTasks(context: ServerContext): RankTasks {
  const { shelf, limits } = context;

  function howToScore({ truncate, truncation_direction, raw_scores }: Ranking) {
    const side = /left/i.test(truncation_direction) ? 'left' : undefined;
    return { raw: raw_scores, ...overLongOf(context, truncate, side) };
  }

  async function rerank(asked: Rerank, reply: FastifyReply) {
    const { query, texts, return_text } = asked;
    if (texts.length === 0) {
      throw new Problem('empty', '`texts` cannot be empty');
    }
    checkSize(texts.length, limits.maxClientBatchSize);
    const { scores, numbers } = await scoreFor(
      context,
      await shelf.findReranker(),
      { query, texts, ...howToScore(asked) },
      reply,
    ).catch((error) => Promise.reject(inTeisWords(error)));
    const shown = shortNumbers(scores);
    return rankedTexts(texts, numbers).map(({ index, text }) => ({
      index,
      score: shown[index],
      ...(return_text && { text }),
    }));
  }

  async function predict(asked: Predict, reply: FastifyReply) {
    const isBatch = typeof asked.inputs !== 'string' && Array.isArray(asked.inputs[0]);
    const inputs = (isBatch ? asked.inputs : [[asked.inputs].flat()]) as string[][];
    if (inputs.some((texts) => texts.join('') === '')) {
      throw new Problem('empty', '`inputs` cannot be empty');
    }
    checkSize(inputs.length, limits.maxClientBatchSize);
    // Of one text or two, as the schema has it.
    const texts = inputs.map((input) => (input.length === 1 ? input[0] : input) as ClassifierInput);
    const how = { inputs: texts, ...howToScore(asked) };
    const { scores, numbers, labels } = await classifyFor(context, await shelf.findClassifier(), how, reply).catch(
      (error) => Promise.reject(inTeisWords(error)),
    );
    const shown = shortNumbers(scores);
    const predictions = inputs.map((_, i) => {
      const start = i * labels.length;
      const ranked = rankedTexts(labels, numbers.subarray(start, start + labels.length));
      return ranked.map(({ index, text: label }) => ({ score: shown[start + index], label }));
    });
    return isBatch ? predictions : predictions[0];
  }

  return { rerank, predict };
}

/** Adds TEI's routes for classifiers and cross-encoders. */
export function teiRankRoutes(app: App, { rerank, predict }: RankTasks): void {
  app.post(
    '/rerank',
    teiRoute('Rank texts by a query', schemas.rerankRequest, schemas.rerankResponse),
    async (request, reply) => rerank(request.body, reply),
  );

  app.post(
    '/predict',
    teiRoute('Score the classes of texts or pairs of texts', schemas.predictRequest, schemas.predictResponse),
    async (request, reply) => predict(request.body, reply),
  );
}
