import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import { type TruncationSide, toBase64 } from '../../embed/index.js';
import { listAnswer, Problem } from '../../http/index.js';
import { shortNumbersAsJson } from '../../numbers/index.js';
import { type App, embedFor, overLongOf, type ServerContext } from '../context.js';
import type { Input } from '../embed-inputs.js';
import { promptFor } from '../prompt-for.js';
import type { ServedModel } from '../served-model.js';
import { embeddingsRequest, embeddingsResponse, errorResponse, modelObject, modelParams } from './schemas.js';

const tags = ['OpenAI'];

/** Adds the routes of OpenAI's API: `/v1/embeddings`, `/v1/models`. */
export function openAiRoutes(app: App, context: ServerContext): void {
  const { shelf } = context;
  const errors = { '4xx': errorResponse, '5xx': errorResponse };
  for (const url of ['/v1/embeddings', '/embeddings', '/openai/deployments/:deployment/embeddings']) {
    app.post(
      url,
      {
        schema: {
          tags,
          summary: 'Embed texts',
          hide: url !== '/v1/embeddings',
          body: embeddingsRequest,
          response: { 200: embeddingsResponse, ...errors },
        },
      },
      async (request, reply) => {
        const { input, model: asked, encoding_format, dimensions, input_type, truncate } = request.body;
        const inputs = inputsOf(input);
        const deployment = (request.params as { deployment?: string }).deployment;
        const model = shelf.find(deployment ?? asked ?? undefined);
        const embedded = await embedFor(
          context,
          model,
          {
            inputs,
            dimensions: dimensions ?? undefined,
            ...(await promptFor(model, input_type ?? undefined)),
            ...overLongOf(context, wantsCut(truncate), sideOf(truncate)),
          },
          reply,
        ).catch((error) => Promise.reject(inOpenAisWords(error)));
        const { vectors, tokens } = embedded;
        const embedding = (vector: Float32Array, index: number) => {
          const numbers = encoding_format === 'base64' ? `"${toBase64(vector)}"` : shortNumbersAsJson(vector);
          return `{"object":"embedding","index":${index},"embedding":${numbers}}`;
        };
        const usage = `{"prompt_tokens":${tokens},"total_tokens":${tokens}}`;
        const rest = `],"model":${JSON.stringify(asked ?? model.name)},"usage":${usage}}`;
        reply.type('application/json');
        return listAnswer('{"object":"list","data":[', vectors, embedding, rest) as never;
      },
    );
  }
  const startedAt = Math.floor(Date.now() / 1000);
  const describe = (id: string) => ({ id, object: 'model' as const, created: startedAt, owned_by: 'octavec' });
  const namesOf = ({ name, aliases }: ServedModel) => [name, ...aliases];
  app.get(
    '/v1/models',
    {
      schema: {
        tags,
        summary: 'List models',
        response: { 200: z.object({ object: z.literal('list'), data: z.array(modelObject) }), ...errors },
      },
    },
    async () => ({ object: 'list' as const, data: shelf.models.flatMap(namesOf).map(describe) }),
  );
  app.get(
    '/v1/models/*',
    { schema: { tags, summary: 'Describe a model', params: modelParams, response: { 200: modelObject, ...errors } } },
    async (request) => {
      const name = request.params['*'];
      shelf.find(name);
      return describe(name);
    },
  );
}

/** Inputs of all four forms as a list. */
function inputsOf(input: z.output<typeof embeddingsRequest>['input']): readonly Input[] {
  const inputs: readonly Input[] =
    typeof input === 'string' || typeof input[0] === 'number' ? [input as Input] : (input as readonly Input[]);
  const empty = inputs.findIndex(({ length }) => length === 0);
  if (empty >= 0) {
    const which =
      inputs.length === 1 ? "'input' cannot be an empty string" : `'input' ${empty} cannot be an empty string`;
    throw new Problem('invalid', which, 'input');
  }
  return inputs;
}

function wantsCut(truncate: z.output<typeof embeddingsRequest>['truncate']): boolean | null | undefined {
  return typeof truncate === 'string' ? truncate.toUpperCase() !== 'NONE' : truncate;
}

function sideOf(truncate: z.output<typeof embeddingsRequest>['truncate']): TruncationSide {
  return String(truncate).toUpperCase() === 'START' ? 'left' : 'right';
}

function inOpenAisWords(error: unknown): unknown {
  if (error instanceof OctavecError && error.code === 'TEXT_TOO_LONG') {
    const { index, tokens, maxTokens } = error.details as { index: number; tokens: number; maxTokens: number };
    const what = `This model's maximum context length is ${maxTokens} tokens, however you requested ${tokens} tokens (input ${index}). Please reduce your input.`;
    return new Problem('invalid', what, 'input');
  }
  return error;
}
