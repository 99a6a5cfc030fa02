import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { quantizeVectors, toBase64, type VectorRanges } from '../../embed/index.js';
import { listAnswer, Problem } from '../../http/index.js';
import { shortNumbersAsJson } from '../../numbers/index.js';
import { type App, embedFor, overLongOf, type ServerContext } from '../context.js';
import { promptFor } from '../prompt-for.js';
import { rerankRoutes } from './rerank-routes.js';
import * as schemas from './schemas.js';

const tags = ['Cohere and Jina'];
const mostTexts = 2048;

/** Adds Cohere's `/v2/embed`, and the `/v1/rerank` that Cohere and Jina share. */
export function cohereRoutes(app: App, context: ServerContext): void {
  const { shelf } = context;
  const errors = { '4xx': schemas.errorResponse, '5xx': schemas.errorResponse };
  for (const version of ['2', '1']) {
    app.post(
      `/v${version}/embed`,
      {
        schema: {
          tags,
          summary: 'Embed texts',
          hide: version !== '2',
          body: schemas.embedRequest,
          response: { 200: schemas.embedResponse, ...errors },
        },
      },
      async (request, reply) => {
        const { model: name, input_type, embedding_types, output_dimension, truncate } = request.body;
        const types = embedding_types ?? undefined;
        const texts = textsOf(request.body);
        const model = shelf.find(name ?? undefined);
        const asked = {
          inputs: texts,
          dimensions: output_dimension ?? undefined,
          ...(await promptFor(model, input_type ?? undefined)),
          ...overLongOf(context, truncate !== 'NONE', truncate === 'START' ? 'left' : 'right'),
        };
        const { vectors, tokens } = await embedFor(context, model, asked, reply);
        const meta = { api_version: { version }, billed_units: { input_tokens: tokens } };
        reply.type('application/json');
        // The first version answers with the list alone where no types are asked for.
        const isBare = version === '1' && types === undefined;
        const [open, close] = isBare ? ['', ''] : ['{', '}'];
        const numbers = (types ?? ['float']).flatMap((type) => vectors.map((vector, i) => ({ type, vector, i })));
        const asJson = ({ type, vector, i }: (typeof numbers)[number]) => {
          const start = i === 0 ? `${isBare ? '' : `"${type}":`}[` : '';
          return `${start}${stored(vector, type)}${i === vectors.length - 1 ? ']' : ''}`;
        };
        const kind = isBare ? 'embeddings_floats' : 'embeddings_by_type';
        const before = `{"response_type":"${kind}","id":"${randomUUID()}","embeddings":${open}`;
        const after = `${close},"texts":${JSON.stringify(texts)},"meta":${JSON.stringify(meta)}}`;
        return listAnswer(before, numbers, asJson, after) as never;
      },
    );
  }
  rerankRoutes(app, context);
}

function textsOf({ texts, inputs }: z.output<typeof schemas.embedRequest>): string[] {
  const all = texts ?? inputs?.map(({ content }) => content.map(({ text }) => text).join('\n')) ?? [];
  if (all.length === 0 || all.length > mostTexts) {
    throw new Problem('invalid', `'texts' must hold 1 to ${mostTexts} texts`, 'texts');
  }
  return all;
}

/** Numbers of a vector of length 1 beyond so many times their usual size are rare. */
const rangeFactor = 4;

/**
 * Formats a vector as JSON in one of Cohere's types. 8-bit numbers share one range for all requests, ±4 / √dimensions,
 * so that vectors of different requests can be compared.
 */
function stored(data: Float32Array, type: schemas.EmbeddingType): string {
  if (type === 'float') {
    return shortNumbersAsJson(data);
  }
  if (type === 'base64') {
    return `"${toBase64(data)}"`;
  }
  const columns = data.length;
  const bound = rangeFactor / Math.sqrt(columns);
  const ranges: VectorRanges = {
    least: new Float32Array(columns).fill(-bound),
    greatest: new Float32Array(columns).fill(bound),
  };
  return JSON.stringify(Array.from(quantizeVectors({ data, rows: 1, columns }, type, ranges)));
}
