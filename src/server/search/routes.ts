import type { FastifyReply } from 'fastify';
import { Problem } from '../../http/index.js';
import { type App, type ServerContext, whileWanted } from '../context.js';
import { checkTextsOf } from '../embed-inputs.js';
import * as schemas from './schemas.js';
import { inIndexWords, type ServedIndexOptions } from './search-service.js';

const tags = ['Search'];

/** Adds the routes `/search` and `/documents` for the served indexes; none if there are no indexes. */
export function searchRoutes(app: App, context: ServerContext): void {
  const { search } = context;
  if (search === undefined) {
    return;
  }
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };

  /** Works with an index within the bounds of what waits, as long as the client is there. */
  async function working<Result>(
    served: ServedIndexOptions,
    texts: readonly string[],
    reply: FastifyReply,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    checkTextsOf(texts);
    // A token has a character at least, but for a few bytes of rare ones. Answers hold texts, and few of them.
    const load = { texts: texts.length, tokens: texts.reduce((sum, text) => sum + text.length, 0), bytes: 0 };
    try {
      return await whileWanted(context, load, reply, work);
    } catch (error) {
      throw inIndexWords(error, served.name);
    }
  }

  app.post(
    '/search',
    {
      schema: {
        tags,
        summary: 'Find the passages that answer a question',
        body: schemas.searchRequest,
        response: { 200: schemas.searchResponse, ...errors },
      },
    },
    async (request, reply) => {
      const { query, index: name, ...options } = request.body;
      if (query.trim() === '') {
        throw new Problem('empty', "'query' is empty", 'query');
      }
      const served = search.find(name);
      const start = performance.now();
      const results = await working(served, [query], reply, (signal) =>
        served.index.search(query, { ...options, signal }),
      );
      search.searched(served.name, options.mode, performance.now() - start);
      return { index: served.name, results } as never;
    },
  );

  app.get(
    '/indexes',
    { schema: { tags, summary: 'List indexes', response: { 200: schemas.indexesResponse, ...errors } } },
    async () => ({
      indexes: await Promise.all(
        search.indexes.map(async ({ name, index }) => {
          const [{ documents, chunks, bytes }, manifest] = await Promise.all([index.facts(), index.manifest()]);
          return { name, documents, passages: chunks, bytes, model: manifest?.model.name, writable: search.isWritable };
        }),
      ),
    }),
  );

  app.get(
    '/documents/*',
    {
      schema: {
        tags,
        summary: 'Read the passages of a document',
        params: schemas.documentParams,
        querystring: schemas.documentQuery,
        response: { 200: schemas.documentResponse, ...errors },
      },
    },
    async (request) => {
      const { index: name, from, count } = request.query;
      const id = request.params['*'];
      const served = search.find(name);
      const chunks = await served.index.document(id);
      if (chunks.length === 0) {
        throw unknownDocument(served, id);
      }
      const { metadata } = chunks[0];
      return {
        index: served.name,
        id,
        metadata,
        passages: chunks.slice(from, from + count),
        total: chunks.length,
      } as never;
    },
  );

  app.post(
    '/documents',
    {
      schema: {
        tags,
        summary: 'Add documents, or replace those with the same ids',
        body: schemas.documentsRequest,
        response: { 200: schemas.documentsResponse, ...errors },
      },
    },
    async (request, reply) => {
      const { documents, index: name } = request.body;
      const served = writable(name);
      const texts = documents.map(({ text }) => text);
      const outcome = await working(served, texts, reply, (signal) => served.index.add(documents, { signal }));
      search.wrote(served.name, outcome.added + outcome.updated);
      return { index: served.name, ...outcome } as never;
    },
  );

  app.delete(
    '/documents/*',
    {
      schema: {
        tags,
        summary: 'Remove a document',
        params: schemas.documentParams,
        querystring: schemas.removeQuery,
        response: { 200: schemas.removeResponse, ...errors },
      },
    },
    async (request, reply) => {
      const served = writable(request.query.index);
      const id = request.params['*'];
      const removed = await working(served, [], reply, () => served.index.remove([id]));
      if (removed === 0) {
        throw unknownDocument(served, id);
      }
      search.wrote(served.name, removed);
      return { index: served.name, removed };
    },
  );

  function writable(name: string | undefined): ServedIndexOptions {
    if (!search?.isWritable) {
      throw new Problem('forbidden', 'This server does not change its indexes (--index-writable allows it)');
    }
    return search.find(name);
  }
}

function unknownDocument({ name }: ServedIndexOptions, id: string): Problem {
  return new Problem('unknown_document', `The index '${name}' holds no document '${id}'`, 'id');
}
