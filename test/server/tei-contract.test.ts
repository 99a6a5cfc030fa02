import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.js';
import { type JsonSchema, valuesOf } from '../support/schema-arbitrary.js';

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}
interface Operation {
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** What Text Embeddings Inference publishes of its API. */
const document = JSON.parse(
  readFileSync(new URL('../fixtures/tei-openapi.json', import.meta.url), 'utf8'),
) as Document & object;
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema(document, 'tei');

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

/** `/v1/embeddings` answers as OpenAI does, whose form of errors and numbers differs. */
const posts = Object.keys(document.paths).filter((path) => 'post' in document.paths[path] && path !== '/v1/embeddings');
const schemaOf = ({ content }: Content): JsonSchema | undefined => content?.['application/json']?.schema;

/** What is wrong with an answer by the document; empty for one that is as it says. */
function faults(path: string, method: string, status: number, body: unknown): string {
  const response = document.paths[path][method].responses[status];
  if (response === undefined) {
    return `status ${status} is not documented`;
  }
  const schema = schemaOf(response);
  if (schema === undefined) {
    return '';
  }
  const reference = JSON.stringify(schema).replaceAll('#/components', 'tei#/components');
  return ajv.validate(JSON.parse(reference), body) ? '' : ajv.errorsText();
}

test.each<[string, unknown, number]>([
  ['/embed', { inputs: 'a' }, 200],
  ['/embed', { inputs: ['a', 'b'], normalize: false, dimensions: 8, truncation_direction: 'Left' }, 200],
  ['/embed', { inputs: [[1037, 2158], 'a'] }, 200],
  ['/embed', { inputs: [1037, 2158], truncate: null, prompt_name: null }, 200],
  ['/embed', { inputs: [] }, 400],
  ['/embed', { inputs: Array(33).fill('a') }, 422],
  ['/embed_all', { inputs: ['a', 'b'] }, 200],
  ['/similarity', { inputs: { source_sentence: 'a', sentences: ['b', 'c'] } }, 200],
  ['/similarity', { inputs: { source_sentence: 'a', sentences: [] } }, 400],
  ['/tokenize', { inputs: ['a b', 'c'], add_special_tokens: false }, 200],
  ['/decode', { ids: [[1037], [2158, 102]], skip_special_tokens: false }, 200],
  ['/decode', { ids: [] }, 400],
  ['/rerank', { query: 'a', texts: ['b'] }, 424],
  ['/predict', { inputs: [['a', 'b']] }, 424],
  ['/embed_sparse', { inputs: 'a' }, 424],
])('%s answers %j with %i, as documented', async (path, sent, status) => {
  const { status: found, body } = await server.post(path, sent);
  expect([found, faults(path, 'post', found, body)]).toEqual([status, '']);
});

test.each(['/info', '/health', '/metrics'])('%s is as documented', async (path) => {
  const { status, body } = await server.get(path);
  expect([status, faults(path, 'get', status, body)]).toEqual([200, '']);
});

test.each(posts)('%s answers whatever its document allows, as documented', async (path) => {
  const bodies = valuesOf(schemaOf(document.paths[path].post.requestBody as Content) as JsonSchema, document);
  await fc.assert(
    fc.asyncProperty(bodies, async (sent) => {
      const { status, body } = await server.post(path, sent);
      expect(faults(path, 'post', status, body)).toBe('');
    }),
    { numRuns: 40 },
  );
});

test('cuts the beginning off where it is told to', async () => {
  const filler = 'word '.repeat(300);
  const embed = async (inputs: string, truncation_direction: string) =>
    (await server.post('/embed', { inputs, truncation_direction })).body[0];
  expect(await embed(`${filler}a cat`, 'Left')).toEqual(await embed(`dog ${filler}a cat`, 'Left'));
  expect(await embed(`${filler}a cat`, 'Left')).not.toEqual(await embed(`${filler}a dog`, 'Left'));
  expect(await embed(`${filler}a cat`, 'Right')).toEqual(await embed(`${filler}a dog`, 'Right'));
  const openAi = async (input: string, truncate: string) =>
    (await server.post('/v1/embeddings', { input, truncate })).body.data[0].embedding;
  expect(await openAi(`${filler}a cat`, 'START')).toEqual(await embed(`${filler}a cat`, 'Left'));
  const { body } = await server.post('/v2/embed', { texts: [`${filler}a cat`], truncate: 'START' });
  expect(body.embeddings.float[0]).toEqual(await embed(`${filler}a cat`, 'Left'));
});
