/**
 * Clients of other projects against the server: `node bench/server-clients.mjs <folder with node_modules> [--python <path>]
 * [--record <file>]`. What is not installed there is passed over. `--record` writes the requests that were sent, which a
 * test sends again (test/server/client-requests.test.ts).
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { openModelFolder } from 'octavec';
import { serve } from '../dist/server/index.js';
import { embeddedModel } from './bench-model.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string' }, record: { type: 'string' } },
});
const require = createRequire(pathToFileURL(join(positionals[0] ?? '.', 'package.json')));
const model = 'all-MiniLM-L6-v2';
const texts = ['A cat sits on the mat.', 'Ein Hund schläft.'];
const server = await serve({ models: [{ name: model, open: () => openModelFolder(embeddedModel) }], port: 0 });
await server.ready;

/** Requests by the client that sent them. */
const recorded = [];
let client = '';
const recorder = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const { method = 'GET', url: path = '/' } = request;
  const body = Buffer.concat(chunks);
  const {
    host: _,
    connection: __,
    'content-length': ___,
    authorization,
    'user-agent': ____,
    ...rest
  } = request.headers;
  const headers = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('x-stainless')));
  recorded.push({ client, method, path, headers, body: body.length === 0 ? undefined : body.toString() });
  const answer = await fetch(server.url + path, {
    method,
    headers: { ...headers, ...(authorization && { authorization }) },
    body: body.length === 0 ? undefined : body,
  });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
  response.end(Buffer.from(await answer.arrayBuffer()));
});
// As long as the server's own: a client whose connection is closed as it sends the next request fails.
recorder.keepAliveTimeout = 65_000;
await new Promise((resolve) => recorder.listen(0, '127.0.0.1', () => resolve(undefined)));
const url = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (recorder.address()).port}`;
const expected = /** @type {number[][]} */ (await vectorsOf(server.url));

async function vectorsOf(from) {
  const response = await fetch(`${from}/embed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: texts }),
  });
  return response.json();
}

const load = async (name) => import(pathToFileURL(require.resolve(name)).href);

/** What each client gives: a vector for each of the texts, or for the first of them. */
const clients = {
  openai: async () => {
    const { default: found } = await load('openai');
    const openai = new (found.default ?? found)({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
    const { data } = await openai.embeddings.create({ model, input: texts });
    await openai.models.list();
    await openai.models.retrieve(model);
    const { data: cut } = await openai.embeddings.create({
      model,
      input: texts[0],
      encoding_format: 'float',
      dimensions: 64,
    });
    const refused = await openai.embeddings.create({ model: 'none', input: texts }).catch((error) => error);
    if (cut[0].embedding.length !== 64 || refused.status !== 404 || refused.code !== 'model_not_found') {
      throw new Error('dimensions or errors are not as the client knows them');
    }
    return data.map(({ embedding }) => embedding);
  },
  '@ai-sdk/openai-compatible': async () => {
    const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible');
    const { embedMany } = await load('ai');
    const provider = createOpenAICompatible({ name: 'octavec', baseURL: `${url}/v1` });
    const { embeddings } = await embedMany({ model: provider.textEmbeddingModel(model), values: texts });
    return embeddings;
  },
  '@langchain/openai': async () => {
    const { OpenAIEmbeddings } = await load('@langchain/openai');
    return new OpenAIEmbeddings({ model, apiKey: 'none', configuration: { baseURL: `${url}/v1` } }).embedDocuments(
      texts,
    );
  },
  '@langchain/ollama': async () => {
    const { OllamaEmbeddings } = await load('@langchain/ollama');
    return new OllamaEmbeddings({ model, baseUrl: url }).embedDocuments(texts);
  },
  '@langchain/community': async () => {
    const { HuggingFaceInferenceEmbeddings } = await load('@langchain/community/embeddings/hf');
    return new HuggingFaceInferenceEmbeddings({ model, apiKey: 'none', endpointUrl: url }).embedDocuments(texts);
  },
  '@llamaindex/openai': async () => {
    const { OpenAIEmbedding } = await load('@llamaindex/openai');
    return new OpenAIEmbedding({ model, apiKey: 'none', baseURL: `${url}/v1` }).getTextEmbeddings(texts);
  },
  '@llamaindex/ollama': async () => {
    const { OllamaEmbedding } = await load('@llamaindex/ollama');
    return [await new OllamaEmbedding({ model, config: { host: url } }).getTextEmbedding(texts[0])];
  },
  ollama: async () => {
    const { Ollama } = await load('ollama');
    const ollama = new Ollama({ host: url });
    const [{ embeddings }, { embedding }] = [
      await ollama.embed({ model, input: texts }),
      await ollama.embeddings({ model, prompt: texts[0] }),
    ];
    const [list, ps, show] = [await ollama.list(), await ollama.ps(), await ollama.show({ model })];
    if (list.models[0].model !== model || ps.models.length !== 1 || !show.capabilities.includes('embedding')) {
      throw new Error('models are not listed as the client knows them');
    }
    return [...embeddings, embedding].slice(0, 2);
  },
  'cohere-ai': async () => {
    const { CohereClient, CohereClientV2 } = await load('cohere-ai');
    const [first, second] = [CohereClient, CohereClientV2].map((Client) => new Client({ token: 'none', baseUrl: url }));
    const asked = { model, texts, inputType: 'search_document' };
    const { embeddings: plain } = await first.embed(asked);
    const { embeddings } = await second.embed({ ...asked, embeddingTypes: ['float', 'int8'] });
    if (plain[1][0] !== embeddings.float[1][0] || embeddings.int8[0].length !== embeddings.float[0].length) {
      throw new Error('vectors are not as the client knows them');
    }
    return embeddings.float;
  },
  '@huggingface/inference': async () => {
    const { InferenceClient } = await load('@huggingface/inference');
    const inference = new InferenceClient('none', { endpointUrl: url });
    const [similarity] = [
      await inference.endpoint(`${url}/similarity`).sentenceSimilarity({
        inputs: { source_sentence: texts[0], sentences: texts },
      }),
    ];
    if (Math.abs(similarity[0] - 1) > 1e-4 || similarity[1] > 0.9) {
      throw new Error(`similarities are ${similarity}`);
    }
    return inference.featureExtraction({ inputs: texts });
  },
  voyageai: async () => {
    const { VoyageAIClient } = await load('voyageai');
    const voyage = new VoyageAIClient({ apiKey: 'none', environment: `${url}/v1` });
    const { data } = await voyage.embed({ input: texts, model, inputType: 'document' });
    return data.map(({ embedding }) => embedding);
  },
};

/** Python's clients print a list of vectors. */
const python = {
  openai: `import openai
print(json.dumps([d.embedding for d in openai.OpenAI(base_url=url + '/v1', api_key='none').embeddings.create(model=model, input=texts).data]))`,
  'langchain-openai': `from langchain_openai import OpenAIEmbeddings
print(json.dumps(OpenAIEmbeddings(model=model, api_key='none', base_url=url + '/v1', check_embedding_ctx_length=False).embed_documents(texts)))`,
  ollama: `import ollama
print(json.dumps([list(e) for e in ollama.Client(host=url).embed(model=model, input=texts)['embeddings']]))`,
  cohere: `import cohere
asked = dict(texts=texts, model=model, input_type='search_document')
assert len(cohere.Client('none', base_url=url).embed(**asked).embeddings) == 2
print(json.dumps(cohere.ClientV2('none', base_url=url).embed(embedding_types=['float'], **asked).embeddings.float_))`,
  litellm: `import litellm
litellm.embedding(model='ollama/' + model, input=texts, api_base=url)
answer = litellm.embedding(model='openai/' + model, input=texts, api_base=url + '/v1', api_key='none')
print(json.dumps([one['embedding'] for one in answer.data]))`,
  'llama-index-embeddings-openai-like': `from llama_index.embeddings.openai_like import OpenAILikeEmbedding as Embedding
print(json.dumps(Embedding(model_name=model, api_base=url + '/v1', api_key='none').get_text_embedding_batch(texts)))`,
  'llama-index-embeddings-text-embeddings-inference': `from llama_index.embeddings.text_embeddings_inference import TextEmbeddingsInference as Embedding
print(json.dumps(Embedding(model_name=model, base_url=url).get_text_embedding_batch(texts)))`,
  'llama-index-embeddings-ollama': `from llama_index.embeddings.ollama import OllamaEmbedding as Embedding
print(json.dumps(Embedding(model_name=model, base_url=url).get_text_embedding_batch(texts)))`,
  'haystack-ai': `from haystack import Document
from haystack.components.embedders import OpenAIDocumentEmbedder
from haystack.utils import Secret
embedder = OpenAIDocumentEmbedder(api_key=Secret.from_token('none'), api_base_url=url + '/v1', model=model, progress_bar=False)
print(json.dumps([one.embedding for one in embedder.run([Document(content=text) for text in texts])['documents']]))`,
  huggingface_hub: `from huggingface_hub import InferenceClient
client = InferenceClient(url)
assert abs(client.sentence_similarity(texts[0], other_sentences=texts)[0] - 1) < 1e-4
print(json.dumps([client.feature_extraction(text)[0].tolist() for text in texts]))`,
};

async function runPython(name, script) {
  const head = `import json, importlib.metadata
url, model, texts = ${JSON.stringify(url)}, ${JSON.stringify(model)}, ${JSON.stringify(texts)}
print(importlib.metadata.version('${name}'))`;
  const { stdout } = await promisify(execFile)(values.python ?? 'python3', ['-c', `${head}\n${script}`]);
  const [version, vectors] = stdout.trim().split('\n');
  return { version, vectors: JSON.parse(vectors) };
}

/** A package may keep its package.json to itself: it is looked for above its entry. */
function versionOf(name) {
  const entry = require.resolve(name === '@langchain/community' ? `${name}/embeddings/hf` : name);
  const folder = entry.slice(0, entry.lastIndexOf(`node_modules${sep}`) + 13) + name.split('/').join(sep);
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

let failures = 0;
async function check(name, run) {
  try {
    const { version, vectors } = await run();
    const isRight = vectors.every((vector, i) => expected[i].every((value, j) => Math.abs(value - vector[j]) < 1e-6));
    failures += isRight && vectors.length > 0 ? 0 : 1;
    console.log(`${isRight ? 'right' : 'WRONG'}   ${name} ${version}`);
  } catch (thrown) {
    const error = /** @type {any} */ (thrown);
    const isMissing =
      ['MODULE_NOT_FOUND', 'ENOENT'].includes(error.code) ||
      /ModuleNotFoundError|PackageNotFoundError/.test(error.stderr);
    failures += isMissing ? 0 : 1;
    console.log(`${isMissing ? 'absent' : 'FAILED'}  ${name}${isMissing ? '' : `: ${error.stack}`}`);
  }
}

for (const [name, embed] of Object.entries(clients)) {
  await check(name, async () => {
    client = `${name} ${versionOf(name)}`;
    return { version: versionOf(name), vectors: await embed() };
  });
}
for (const [name, script] of Object.entries(python)) {
  client = `${name} (Python)`;
  await check(client, () => runPython(name, script));
}
if (values.record !== undefined) {
  writeFileSync(values.record, `${JSON.stringify(recorded, null, 1)}\n`);
}
recorder.close();
await server.close();
process.exit(failures === 0 ? 0 : 1);
