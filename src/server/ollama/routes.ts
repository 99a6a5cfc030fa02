import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { OctavecError } from '../../base/index.js';
import { listAnswer, Problem } from '../../http/index.js';
import { variantOfPath, weightBytes } from '../../model/index.js';
import { shortNumbersAsJson } from '../../numbers/index.js';
import { type App, embedFor, overLongOf, type ServerContext } from '../context.js';
import type { ServedModel } from '../served-model.js';
import * as schemas from './schemas.js';

const tags = ['Ollama'];
/** A version of Ollama that has all of these routes: clients compare it. */
const ollamaVersion = '0.11.0';

/** Adds Ollama's API, as far as it concerns embeddings. */
export function ollamaRoutes(app: App, context: ServerContext): void {
  const { shelf } = context;
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };

  app.post(
    '/api/embed',
    {
      schema: {
        tags,
        summary: 'Embed texts',
        body: schemas.embedRequest,
        response: { 200: schemas.embedResponse, ...errors },
      },
    },
    async (request, reply) => {
      const { model: name, input, truncate, dimensions } = request.body;
      // A text that is empty is none, as with Ollama; in a list it is one.
      const texts = input ? [input].flat() : [];
      const model = shelf.find(name);
      const wasLoaded = model.isLoaded;
      // Ollama takes 0 for "all".
      const asked = {
        inputs: texts,
        ...overLongOf(context, truncate ?? true),
        dimensions: dimensions || undefined,
      };
      const { vectors, tokens, queueMs } =
        texts.length === 0
          ? { vectors: [], tokens: 0, queueMs: 0 }
          : await embedFor(context, model, asked, reply).catch((error) => Promise.reject(inOllamasWords(error)));
      const facts = {
        total_duration: nanoseconds(reply.elapsedTime),
        load_duration: nanoseconds(wasLoaded ? 0 : queueMs),
        prompt_eval_count: tokens,
      };
      reply.type('application/json');
      const before = `{"model":${JSON.stringify(name)},"embeddings":[`;
      const after = `],${JSON.stringify(facts).slice(1)}`;
      return listAnswer(before, vectors, (vector) => shortNumbersAsJson(vector), after) as never;
    },
  );

  app.post(
    '/api/embeddings',
    {
      schema: {
        tags,
        summary: 'Embed one text',
        body: schemas.embeddingsRequest,
        response: { 200: schemas.embeddingsResponse, ...errors },
      },
    },
    async (request, reply) => {
      const { model: name, prompt } = request.body;
      const model = shelf.find(name);
      reply.type('application/json');
      if (prompt === '') {
        return '{"embedding":[]}' as never;
      }
      const asked = { inputs: [prompt], overLong: 'truncate' as const };
      const { vectors } = await embedFor(context, model, asked, reply);
      return `{"embedding":${shortNumbersAsJson(vectors[0])}}` as never;
    },
  );

  app.get(
    '/api/tags',
    { schema: { tags, summary: 'List models', response: { 200: schemas.tagsResponse, ...errors } } },
    async () => ({
      models: await Promise.all(
        shelf.models.flatMap((model) =>
          [model.name, ...model.aliases].map(async (name) => ({ name, ...(await facts(model, name)) })),
        ),
      ),
    }),
  );
  app.get(
    '/api/ps',
    { schema: { tags, summary: 'List loaded models', response: { 200: schemas.psResponse, ...errors } } },
    async () => ({
      models: await Promise.all(
        shelf.models
          .filter(({ isLoaded }) => isLoaded)
          .map(async (model) => {
            const { modified_at: _, ...rest } = await facts(model, model.name);
            const { maxTokens } = await model.describe();
            return {
              name: model.name,
              ...rest,
              expires_at: '9999-12-31T23:59:59Z',
              size_vram: 0,
              context_length: maxTokens,
            };
          }),
      ),
    }),
  );
  app.post(
    '/api/show',
    {
      schema: {
        tags,
        summary: 'Describe a model',
        body: schemas.showRequest,
        response: { 200: schemas.showResponse, ...errors },
      },
    },
    async (request) => {
      const name = request.body.model ?? request.body.name;
      if (name === undefined) {
        throw new Problem('invalid', "'model' is missing", 'model');
      }
      const model = shelf.find(name);
      const { maxTokens, task, architecture = 'bert' } = await model.describe();
      const { details, modified_at } = await facts(model, model.name);
      const width =
        task === undefined
          ? await shelf.use(model, async (embedder) => embedder.width)
          : await shelf.useClassifier(model, async ({ labels }) => labels.length);
      return {
        modelfile: `# Served by octavec\nFROM ${model.name}\n`,
        parameters: '',
        template: '{{ .Prompt }}',
        details,
        model_info: {
          'general.architecture': architecture,
          [`${architecture}.context_length`]: maxTokens,
          [`${architecture}.embedding_length`]: width,
        },
        capabilities: [task ?? 'embedding'],
        modified_at,
      };
    },
  );
  app.get(
    '/api/version',
    { schema: { tags, summary: "Version of Ollama's API", response: { 200: z.object({ version: z.string() }) } } },
    async () => ({ version: ollamaVersion }),
  );
}

async function facts(model: ServedModel, name: string) {
  const { onnxPath, architecture = 'bert' } = await model.describe();
  const { mtime, size } = await stat(onnxPath);
  return {
    model: name,
    modified_at: mtime.toISOString(),
    size: Math.max(size, await weightBytes(onnxPath)),
    digest: model.revision ?? '',
    details: {
      parent_model: '',
      format: 'onnx',
      family: architecture,
      families: [architecture],
      parameter_size: '',
      quantization_level: (variantOfPath(onnxPath) ?? 'fp32').toUpperCase(),
    },
  };
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}

function inOllamasWords(error: unknown): unknown {
  return error instanceof OctavecError && error.code === 'TEXT_TOO_LONG'
    ? new Problem('invalid', 'the input length exceeds the context length')
    : error;
}
