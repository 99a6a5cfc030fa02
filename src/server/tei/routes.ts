import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { version } from '../../base/index.js';
import { listAnswer, Problem } from '../../http/index.js';
import { cosine, shortNumbersAsJson } from '../../numbers/index.js';
import { type App, embedFor, overLongOf, type ServerContext, whileWanted } from '../context.js';
import { checkTextsOf, type Input, loadOf } from '../embed-inputs.js';
import { checkSize, inTeisWords } from './checks.js';
import { describeModel } from './describe-model.js';
import { hostedRoutes, vectorsAsJson } from './hosted-routes.js';
import { rankTasks, teiRankRoutes } from './rank-routes.js';
import * as schemas from './schemas.js';
import { teiTokens } from './tokens.js';

const tags = ['Text Embeddings Inference'];
type Embed = z.output<typeof schemas.embedRequest>;
type Truncation = Pick<Embed, 'truncate' | 'truncation_direction' | 'prompt_name'>;

/** Adds the routes of Text Embeddings Inference, for the first of the served models. */
export function teiRoutes(app: App, context: ServerContext): void {
  const { shelf, limits } = context;
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };
  const json = (reply: FastifyReply, body: string | Readable) => {
    reply.type('application/json');
    return body as never;
  };

  async function embed(asked: Embed, reply: FastifyReply): Promise<readonly Float32Array[]> {
    await checkDimensions(asked.dimensions ?? undefined);
    const { vectors } = await embedTei(checkBatch(inputsOf(asked.inputs)), asked, reply, {
      normalize: asked.normalize,
      dimensions: asked.dimensions ?? undefined,
    });
    return vectors;
  }

  async function checkDimensions(dimensions: number | undefined): Promise<void> {
    if (dimensions === undefined) {
      return;
    }
    if (dimensions < 1) {
      throw new Problem('invalid', '`dimensions` should be positive', 'dimensions');
    }
    const width = await shelf.use(shelf.first, async (embedder) => embedder.width);
    if (dimensions > width) {
      const what = '`dimensions` should be smaller than the maximum embedding dimension.';
      throw new Problem('invalid', what, 'dimensions');
    }
  }

  function embedTei(
    inputs: readonly Input[],
    truncation: Truncation,
    reply: FastifyReply,
    more: { readonly normalize?: boolean; readonly dimensions?: number },
  ) {
    const asked = {
      ...more,
      inputs,
      ...textOptions(truncation),
    };
    return embedFor(context, shelf.first, asked, reply).catch((error) => Promise.reject(inTeisWords(error)));
  }

  async function similarity(asked: z.output<typeof schemas.similarityRequest>, reply: FastifyReply): Promise<string> {
    const { inputs, parameters } = asked;
    if (inputs.sentences.length === 0) {
      throw new Problem('empty', '`inputs.sentences` cannot be empty');
    }
    checkSize(inputs.sentences.length + 1, limits.maxClientBatchSize);
    const truncation = parameters ?? { truncation_direction: 'Right' as const };
    const texts = checkBatch([inputs.source_sentence, ...inputs.sentences], Number.POSITIVE_INFINITY);
    const { vectors } = await embedTei(texts, truncation, reply, { normalize: true });
    const [source, ...others] = vectors;
    return shortNumbersAsJson(Float32Array.from(others, (vector) => cosine(source, vector)));
  }

  function textOptions({ truncate, truncation_direction, prompt_name }: Truncation) {
    const side = /left/i.test(truncation_direction) ? 'left' : 'right';
    return { promptName: prompt_name ?? undefined, ...overLongOf(context, truncate, side) };
  }

  app.post(
    '/embed',
    {
      schema: {
        tags,
        summary: 'Embed inputs',
        body: schemas.embedRequest,
        response: { 200: schemas.embedResponse, ...errors },
      },
    },
    async (request, reply) => json(reply, vectorsAsJson(await embed(request.body, reply))),
  );
  const ranking = rankTasks(context);
  teiRankRoutes(app, ranking);
  hostedRoutes(app, context, { embed, similarity, ...ranking });

  app.post(
    '/embed_all',
    {
      schema: {
        tags,
        summary: 'Embed every token of inputs',
        body: schemas.embedAllRequest,
        response: { 200: schemas.embedAllResponse, ...errors },
      },
    },
    async (request, reply) => {
      const inputs = checkBatch(inputsOf(request.body.inputs));
      checkTextsOf(inputs);
      const states = await shelf
        .use(shelf.first, async (embedder) => {
          const texts = await Promise.all(
            inputs.map(async (one) =>
              typeof one === 'string' ? one : (await embedder.decode([one], { skipSpecialTokens: true }))[0],
            ),
          );
          return whileWanted(context, loadOf(shelf.first, inputs, 'tokens'), reply, (signal) =>
            embedder.hiddenStates(texts, { ...textOptions(request.body), signal }),
          );
        })
        .catch((error) => Promise.reject(inTeisWords(error)));
      const rows = states.flatMap(({ data, columns }) => {
        const last = data.length / columns - 1;
        return Array.from({ length: last + 1 }, (_, i) => ({ data, columns, i, last }));
      });
      const rowAsJson = ({ data, columns, i, last }: (typeof rows)[number]) =>
        `${i === 0 ? '[' : ''}${shortNumbersAsJson(data.subarray(i * columns, (i + 1) * columns))}${i === last ? ']' : ''}`;
      return json(reply, listAnswer('[', rows, rowAsJson, ']'));
    },
  );

  app.post(
    '/similarity',
    {
      schema: {
        tags,
        summary: 'Compare a sentence with others',
        body: schemas.similarityRequest,
        response: { 200: schemas.similarityResponse, ...errors },
      },
    },
    async (request, reply) => json(reply, await similarity(request.body, reply)),
  );

  app.post(
    '/tokenize',
    {
      schema: {
        tags,
        summary: 'Cut texts into tokens',
        body: schemas.tokenizeRequest,
        response: { 200: schemas.tokenizeResponse, ...errors },
      },
    },
    async (request) => {
      const { inputs, add_special_tokens: addSpecialTokens, prompt_name } = request.body;
      const texts = checkBatch([inputs].flat()) as string[];
      checkTextsOf(texts);
      return shelf
        .use(shelf.first, (embedder) =>
          teiTokens(embedder, texts, {
            addSpecialTokens,
            promptName: prompt_name ?? undefined,
          }),
        )
        .catch((error) => Promise.reject(inTeisWords(error)));
    },
  );

  app.post(
    '/decode',
    {
      schema: {
        tags,
        summary: 'Put token ids together to texts',
        body: schemas.decodeRequest,
        response: { 200: schemas.decodeResponse, ...errors },
      },
    },
    async (request): Promise<string[]> => {
      const { ids, skip_special_tokens: skipSpecialTokens } = request.body;
      const lists = (typeof ids[0] === 'number' ? [ids] : ids) as number[][];
      if (lists.length === 0) {
        throw new Problem('empty', '`ids` cannot be empty');
      }
      checkSize(lists.length, limits.maxClientBatchSize);
      if (lists.some(({ length }) => length === 0)) {
        throw new Problem('empty', '`input_ids` cannot be empty');
      }
      const texts = await shelf.use(shelf.first, (embedder) => embedder.decode(lists, { skipSpecialTokens }));
      return [...texts];
    },
  );

  app.post(
    '/embed_sparse',
    { schema: { tags, summary: 'Not for these models: 424', body: schemas.embedAllRequest, response: errors } },
    async () => {
      throw new Problem('unsupported', 'Model is not an embedding model with SPLADE pooling');
    },
  );

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

  function checkBatch<One extends Input>(batch: readonly One[], most = limits.maxClientBatchSize): readonly One[] {
    if (batch.length === 0 || batch.some(({ length }) => length === 0)) {
      throw new Problem('empty', '`inputs` cannot be empty');
    }
    checkSize(batch.length, most);
    return batch;
  }
}

function inputsOf(inputs: Embed['inputs']): readonly Input[] {
  return typeof inputs === 'string' || typeof inputs[0] === 'number' ? [inputs as Input] : (inputs as readonly Input[]);
}
