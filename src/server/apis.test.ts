import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Admission } from '../http/index.js';
import { buildApp } from './app.js';
import type { App, ServerContext } from './context.js';
import { Metrics } from './metrics.js';
import type { ModelShelf } from './model-shelf.js';
import { defaultLimits } from './options.js';

/** What the model was asked for. */
let asked: { texts: readonly string[]; options: Record<string, unknown> }[];
let app: App;

/** A model that gives each text the vector [its length, 0.5, -0.25, 0, 0, 0, 0, 8] / 16, and takes 8 tokens. */
const embedder = {
  width: 8,
  maxTokens: 8,
  model: { head: { normalize: true } },
  decode: async (lists: readonly (readonly number[])[]) => lists.map((ids) => ids.join(' ')),
  embed: async (texts: readonly string[], { onTokenized: _, signal: __, ...options }: Record<string, unknown>) => {
    asked.push({ texts, options });
    return Object.assign(
      texts.map(({ length }) => Float32Array.of(length / 16, 0.03125, -0.015625, 0, 0, 0, 0, 0.5)),
      { tokenCounts: texts.map(({ length }) => length) },
    );
  },
};

beforeEach(() => {
  asked = [];
});
beforeAll(async () => {
  const prompts = { query: 'query: ', passage: 'passage: ' };
  const model = { name: 'm', aliases: [], id: 'm', isLoaded: true, describe: async () => ({ maxTokens: 8, prompts }) };
  const shelf = {
    models: [model],
    first: model,
    find: () => model,
    use: (_: unknown, work: (one: typeof embedder) => unknown) => work(embedder),
  } as unknown as ModelShelf;
  const admission = new Admission(defaultLimits);
  const metrics = new Metrics({ shelf, admission });
  const context: ServerContext = { shelf, admission, metrics, limits: defaultLimits, autoTruncate: true };
  app = await buildApp(context, { models: [] }, { apiKeys: [], isStopping: false });
});

async function ask(url: string, payload: object) {
  const answer = await app.inject({ method: 'POST', url, payload });
  return { status: answer.statusCode, body: JSON.parse(answer.body), headers: answer.headers };
}

const vectorOf = (length: number) => [length / 16, 0.03125, -0.015625, 0, 0, 0, 0, 0.5];

describe('OpenAI', () => {
  test('numbers and base64 are the same vectors; tokens beyond what is read do not count', async () => {
    const input = ['ab', 'a text of 20 letters'];
    const { body, headers } = await ask('/v1/embeddings', { input, model: 'any', encoding_format: 'float' });
    expect(body).toEqual({
      object: 'list',
      data: [2, 20].map((length, index) => ({ object: 'embedding', index, embedding: vectorOf(length) })),
      model: 'any',
      usage: { prompt_tokens: 10, total_tokens: 10 },
    });
    expect(headers['x-octavec-truncated']).toBe('1');
    const packed = await ask('/v1/embeddings', { input, encoding_format: 'base64' });
    const bytes = Buffer.from(packed.body.data[1].embedding, 'base64');
    expect(Array.from({ length: 8 }, (_, i) => bytes.readFloatLE(4 * i))).toEqual(vectorOf(20));
    expect(packed.body.model).toBe('m');
  });

  test.each<[unknown, readonly string[]]>([
    ['a', ['a']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [[5, 6], ['5 6']],
    [
      [[5, 6], [7]],
      ['5 6', '7'],
    ],
  ])('the input %j is read as %j', async (input, texts) => {
    expect((await ask('/v1/embeddings', { input })).status).toBe(200);
    expect(asked.map((one) => one.texts)).toEqual([texts]);
  });

  test.each<[unknown, string]>([
    ['', "'input' cannot be an empty string"],
    [['a', ''], "'input' 1 cannot be an empty string"],
  ])('the input %j is refused', async (input, message) => {
    const { status, body } = await ask('/v1/embeddings', { input });
    expect([status, body.error.message, body.error.param]).toEqual([400, message, 'input']);
    expect(asked).toEqual([]);
  });

  test.each<[object, object]>([
    [{}, { overLong: 'truncate', truncationSide: 'right' }],
    [{ truncate: false }, { overLong: 'error' }],
    [{ truncate: 'NONE' }, { overLong: 'error' }],
    [{ truncate: 'START' }, { overLong: 'truncate', truncationSide: 'left' }],
    [{ truncate: null }, { overLong: 'truncate' }],
    [
      { model: null, dimensions: null, user: null, input_type: null },
      { dimensions: undefined, overLong: 'truncate' },
    ],
    [{ input_type: 'search_query' }, { promptName: 'query' }],
    [{ input_type: 'document' }, { promptName: 'passage' }],
    [{ input_type: 'clustering' }, { prompt: '' }],
    [{ dimensions: 4 }, { dimensions: 4 }],
  ])('%j means %j', async (more, options) => {
    expect((await ask('/v1/embeddings', { input: 'a', ...more })).status).toBe(200);
    expect(asked[0].options).toMatchObject(options);
  });
});

test.each<[string, object, object, readonly string[]]>([
  // As LiteLLM and Dify send it; OpenAI takes it for the default, too.
  ['/v1/embeddings', { input: 'ab' }, { data: [{ embedding: vectorOf(2) }], model: 'm' }, ['encoding_format', 'model']],
  [
    '/v2/embed',
    { texts: ['ab'] },
    { embeddings: { float: [vectorOf(2)] } },
    ['model', 'inputs', 'input_type', 'embedding_types', 'output_dimension', 'truncate', 'max_tokens'],
  ],
  ['/v1/embed', { texts: ['ab'] }, { embeddings: [vectorOf(2)] }, ['embedding_types']],
])('%s takes null for what is not said', async (url, body, answer, names) => {
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  expect(await ask(url, { ...body, ...nulls })).toMatchObject({ status: 200, body: answer });
  expect(asked[0].options).toMatchObject({ overLong: 'truncate' });
});

describe('Ollama', () => {
  test('one text or several; what it took in nanoseconds', async () => {
    const { body } = await ask('/api/embed', { model: 'm', input: ['ab', 'c'] });
    expect(body).toMatchObject({ model: 'm', embeddings: [vectorOf(2), vectorOf(1)], prompt_eval_count: 3 });
    expect([Number.isInteger(body.total_duration), body.load_duration]).toEqual([true, 0]);
    expect((await ask('/api/embed', { model: 'm', input: 'ab' })).body.embeddings).toEqual([vectorOf(2)]);
  });

  test('no texts get no vectors, without asking the model', async () => {
    for (const input of [[], '', null, undefined]) {
      const { status, body } = await ask('/api/embed', { model: 'm', input });
      expect([status, body.embeddings, body.prompt_eval_count]).toEqual([200, [], 0]);
    }
    expect((await ask('/api/embeddings', { model: 'm', prompt: '' })).body).toEqual({ embedding: [] });
    expect(asked).toEqual([]);
  });

  test.each<[object, unknown, unknown]>([
    [{}, 'truncate', undefined],
    [{ truncate: false }, 'error', undefined],
    [{ dimensions: 0 }, 'truncate', undefined],
    [{ dimensions: 4 }, 'truncate', 4],
  ])('%j: over-long texts %s, dimensions %s', async (more, overLong, dimensions) => {
    expect((await ask('/api/embed', { model: 'm', input: 'a', ...more })).status).toBe(200);
    expect(asked[0].options).toMatchObject({ overLong });
    expect(asked[0].options.dimensions).toBe(dimensions);
  });

  test('an empty text in a list has a vector', async () => {
    expect((await ask('/api/embed', { model: 'm', input: ['', 'c'] })).body.embeddings).toEqual([
      vectorOf(0),
      vectorOf(1),
    ]);
  });

  test('the older route has one vector', async () => {
    expect((await ask('/api/embeddings', { model: 'm', prompt: 'abc' })).body).toEqual({ embedding: vectorOf(3) });
  });
});

describe('Cohere', () => {
  test('the second version gives vectors by type, the first without types the list alone', async () => {
    const { body } = await ask('/v2/embed', { texts: ['ab'], input_type: 'search_document' });
    expect(body).toMatchObject({
      response_type: 'embeddings_by_type',
      embeddings: { float: [vectorOf(2)] },
      texts: ['ab'],
      meta: { billed_units: { input_tokens: 2 } },
    });
    expect((await ask('/v1/embed', { texts: ['ab'] })).body).toMatchObject({
      response_type: 'embeddings_floats',
      embeddings: [vectorOf(2)],
      meta: { api_version: { version: '1' } },
    });
    const typed = await ask('/v1/embed', { texts: ['ab'], embedding_types: ['float'] });
    expect(typed.body.embeddings).toEqual({ float: [vectorOf(2)] });
  });

  test('several types at once, each with a vector for each text', async () => {
    const { body } = await ask('/v2/embed', { texts: ['ab', 'c'], embedding_types: ['ubinary', 'binary', 'int8'] });
    const { ubinary, binary, int8 } = body.embeddings;
    // Bits of the components above 0, the first one highest: 1, 1, 0, 0, 0, 0, 0, 1; signed, 128 less.
    expect(ubinary).toEqual([[0b11000001], [0b11000001]]);
    expect(binary).toEqual([[0b11000001 - 128], [0b11000001 - 128]]);
    expect(int8.map(({ length }: number[]) => length)).toEqual([8, 8]);
    // A range of ±4 / √8 for all requests: the same number is the same byte.
    expect(int8[0].slice(1)).toEqual(int8[1].slice(1));
    expect(Math.max(...int8.flat().map(Math.abs))).toBeLessThanOrEqual(128);
  });

  test('parts of an input are its lines', async () => {
    const part = (text: string) => ({ type: 'text', text });
    await ask('/v2/embed', { inputs: [{ content: [part('a'), part('b')] }, { content: [part('c')] }] });
    expect(asked[0].texts).toEqual(['a\nb', 'c']);
  });

  test.each<[object]>([
    [{ texts: [] }],
    [{}],
    [{ texts: Array(2049).fill('a') }],
    [{ texts: ['a'], input_type: 'poem' }],
  ])('refused: %#', async (body) => {
    const { status, body: words } = await ask('/v2/embed', body);
    expect([status, typeof words.message]).toEqual([400, 'string']);
    expect(asked).toEqual([]);
  });
});

test.each([
  ['/v1/embeddings', { input: 'a', dimensions: 9 }, 400],
  ['/v2/embed', { texts: ['a'], output_dimension: 9 }, 400],
  ['/api/embed', { model: 'm', input: 'a', dimensions: 9 }, 400],
  ['/embed', { inputs: 'a', dimensions: 9 }, 422],
  ['/embed', { inputs: 'a', dimensions: 0 }, 422],
])('%s refuses more dimensions than there are: %j', async (url, body, status) => {
  expect((await ask(url, body)).status).toBe(status);
  expect(asked).toEqual([]);
});
