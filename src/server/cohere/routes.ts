import { randomUUID } from 'node:crypto';
import { quantizeVectors, toBase64, type VectorRanges } from '../../embed/index.js';
import { shortNumbersAsJson } from '../../numbers/index.js';
import { type App, embedFor, overLongOf, type ServerContext } from '../context.js';
import { Problem } from '../problem.js';
import { promptFor } from '../prompt-for.js';
import { rerankRoutes } from './rerank-routes.js';
import * as schemas from './schemas.js';

const tags = ['Cohere and Jina'];
const mostTexts = 2048;

/** Cohere's `/v2/embed`, and the `/v1/rerank` that Cohere and Jina share. */
export function cohereRoutes(app: App, context: ServerContext): void {
  const { shelf } = context;
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };
  for (const url of ['/v2/embed', '/v1/embed']) {
    app.post(
      url,
      {
        schema: {
          tags,
          summary: 'Embed texts',
          hide: url !== '/v2/embed',
          body: schemas.embedRequest,
          response: { 200: schemas.embedResponse, ...errors },
        },
      },
      async (request, reply) => {
        const { model: name, input_type, embedding_types: types, output_dimension, truncate } = request.body;
        const texts = textsOf(request.body);
        const model = shelf.find(name);
        const asked = {
          inputs: texts,
          dimensions: output_dimension ?? undefined,
          ...(await promptFor(model, input_type)),
          ...overLongOf(context, truncate !== 'NONE', truncate === 'START' ? 'left' : 'right'),
        };
        const { vectors, tokens } = await embedFor(context, model, asked, reply);
        const meta = { api_version: { version: '2' }, billed_units: { input_tokens: tokens } };
        reply.type('application/json');
        const floats = () => `[${vectors.map((vector) => shortNumbersAsJson(vector)).join(',')}]`;
        const wanted = types ?? ['float'];
        // The first version answers with the lists alone where no types are asked for.
        const embeddings =
          url === '/v1/embed' && types === undefined
            ? floats()
            : `{${wanted.map((type) => `"${type}":${type === 'float' ? floats() : JSON.stringify(stored(vectors, type))}`).join(',')}}`;
        return `{"id":"${randomUUID()}","embeddings":${embeddings},"texts":${JSON.stringify(texts)},"meta":${JSON.stringify(meta)}}` as never;
      },
    );
  }
  rerankRoutes(app, context);
}

function textsOf({ texts, inputs }: { texts?: string[]; inputs?: { content: { text: string }[] }[] }): string[] {
  const all = texts ?? inputs?.map(({ content }) => content.map(({ text }) => text).join('\n')) ?? [];
  if (all.length === 0 || all.length > mostTexts) {
    throw new Problem('invalid', `'texts' must hold 1 to ${mostTexts} texts`, 'texts');
  }
  return all;
}

/** Numbers of a vector of length 1 beyond so many times their usual size are rare. */
const rangeFactor = 4;

/**
 * Vectors in a smaller type. 8-bit numbers share one range for all requests, ±4 / √dimensions, so that vectors of
 * different requests can be compared.
 */
function stored(
  vectors: readonly Float32Array[],
  type: Exclude<schemas.EmbeddingType, 'float'>,
): readonly (string | number[])[] {
  if (type === 'base64') {
    return vectors.map((vector) => toBase64(vector));
  }
  const columns = vectors[0].length;
  const bound = rangeFactor / Math.sqrt(columns);
  const ranges: VectorRanges = {
    least: new Float32Array(columns).fill(-bound),
    greatest: new Float32Array(columns).fill(bound),
  };
  return vectors.map((data) => Array.from(quantizeVectors({ data, rows: 1, columns }, type, ranges)));
}
