import { randomUUID } from 'node:crypto';
import { Problem } from '../../http/index.js';
import { shortNumbers } from '../../numbers/index.js';
import { rankedTexts } from '../../rerank/index.js';
import { type App, type ServerContext, scoreFor } from '../context.js';
import * as schemas from './schemas.js';

const tags = ['Cohere and Jina'];
/** Cohere's bound. */
const mostDocuments = 10_000;

/**
 * Adds `/v1/rerank` and `/v2/rerank`, as Cohere and Jina have them: what either sends is taken, and both find what they
 * read.
 */
export function rerankRoutes(app: App, context: ServerContext): void {
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };
  for (const url of ['/v1/rerank', '/v2/rerank']) {
    app.post(
      url,
      {
        schema: {
          tags,
          summary: 'Rank documents by a query',
          hide: url !== '/v1/rerank',
          body: schemas.rerankRequest,
          response: { 200: schemas.rerankResponse, ...errors },
        },
      },
      async (request, reply) => {
        const { model: name, query, documents, top_n, return_documents } = request.body;
        const texts = documents.map((one) => (typeof one === 'string' ? one : one.text));
        if (texts.length === 0 || texts.length > mostDocuments) {
          throw new Problem('invalid', `'documents' must hold 1 to ${mostDocuments} texts`, 'documents');
        }
        const model = await context.shelf.findReranker(name ?? undefined);
        // Clients hold scores against thresholds from 0 to 1, whatever a model's configuration says.
        const asked = { query, texts, overLong: 'truncate' as const };
        const { scores, numbers, tokens } = await scoreFor(context, model, asked, reply);
        const shown = shortNumbers(scores);
        return {
          id: randomUUID(),
          model: name ?? model.name,
          results: rankedTexts(texts, numbers, top_n ?? undefined).map(({ index, text }) => ({
            index,
            relevance_score: shown[index],
            ...(return_documents && { document: { text } }),
          })),
          usage: { total_tokens: tokens },
          meta: { api_version: { version: url.slice(2, 3) }, billed_units: { search_units: 1 } },
        };
      },
    );
  }
}
